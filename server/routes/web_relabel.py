"""A record under another label of its stop: who wears both, what changes sides, and the act that says so."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import select

from server.auth import guards
from server.planning import labels
from server.projection import relabels
from server.projection.acts import MAX_NOTE, Relabel, Relabelled
from server.review import access_log, relabelling
from server.review.access_log import Action, Outcome
from server.review.acts import perform
from server.review.errors import NotReviewable, Outrun, ReasonNeeded
from server.review.relabelling import Side
from server.routes.web_changes import SentForm, sent_form
from server.routes.web_opening import open_record
from server.routes.web_page import language_of, page, see
from server.routes.web_restricted import reason_page
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.routes.web_settled import settled
from server.store.control import Member, Stop
from server.store.read import ENDED, Record

_MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the page is made of. ``there`` is None until a label of the stop is named; ``fault`` says why."""

    record: Record
    stop: Stop
    here: Side
    there: Side | None
    fault: str
    state: str


def _desk(request: PageRequest, digest: str, number: str) -> _Desk:
    """Open a current record and the label that somebody names; raise ``NotReviewable`` where none is."""
    services, language = services_of(request), language_of(request)
    _, record = open_record(services, signed_in(request), digest, Action.OPEN_RECORD)
    with services.store.session() as session:
        stop = session.get(Stop, record.stop_id)
        if stop is None or stop.label_seed is None or record.state in ENDED:
            raise NotReviewable
        acts = relabels.of_stops(session, [relabels.subject(record.stop_id, record.team_id)])
        numbers = labels.numbers_of(stop)
        here = relabelling.side(session, services.forms, record, record.visit_id, numbers, language)
        there, fault = None, ""
        if number.strip():
            visit = _visit(stop, stop.label_seed, number.strip())
            fault = "number" if visit is None else "same" if visit == record.visit_id else ""
            if visit is not None and not fault:
                there = relabelling.side(session, services.forms, record, visit, numbers, language)
        if here.restricted or (there is not None and there.restricted):
            there, fault = None, "restricted"
        return _Desk(record, stop, here, there, fault, acts[-1].document_id if acts else "")


def _visit(stop: Stop, seed: str, typed: str) -> str | None:
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS):
        return None
    return labels.visit(seed, int(typed)) if 1 <= int(typed) <= stop.label_count else None


def _page(
    request: PageRequest,
    digest: str,
    fields: Mapping[str, str],
    *,
    chosen: Collection[str] | None = None,
    faults: tuple[str, ...] = (),
    status: int = 422,
) -> Response[str]:
    number = fields.get("numero", "")
    try:
        desk = _desk(request, digest, number)
    except ReasonNeeded as needed:
        return reason_page(request, needed.record)
    with services_of(request).store.session() as session:
        names = {member.id: member for member in session.exec(select(Member))}
    if desk.fault:
        faults = (*faults, desk.fault)
    if chosen is None and desk.there is not None:
        chosen = relabelling.proposed(digest, desk.here, desk.there)
    return page(
        request,
        "relabel.html",
        status=status if faults else 200,
        desk=desk,
        names=names,
        chosen=chosen or (),
        number=number,
        reason=fields.get("reason"),
        faults=faults,
        max_message=MAX_NOTE,
    )


@get(
    "/fiches/{digest:str}/etiquette",
    sync_to_thread=True,
    guards=[guards.clinical_coordinator],
)
def relabel_page(request: PageRequest, digest: FromPath[str]) -> Response[str]:
    """Show a record's label beside the one that the address names, with what was written under each."""
    return _page(request, digest, {"numero": request.query_params.get("numero", "")})


@post(
    "/fiches/{digest:str}/etiquette",
    guards=[guards.own_form, guards.clinical_coordinator],
    status_code=200,
)
async def relabel(request: PageRequest, digest: FromPath[str]) -> Response[str] | Response[None]:
    """Put the ticked records under the other label, both ways at once; otherwise say what is wrong."""
    services, sent = services_of(request), await sent_form(request, "fiche")
    chosen = sent.ticked["fiche"]

    async def again(*faults: str, status: int = 422) -> Response[str]:
        return await asyncio.to_thread(
            _page, request, digest, sent.fields, chosen=chosen, faults=faults, status=status
        )

    try:
        act, faults = await asyncio.to_thread(_wanted, request, digest, sent)
    except ReasonNeeded as needed:
        return reason_page(request, needed.record)
    if act is None:
        return await again(*faults, status=409 if "outrun" in faults else 422)
    try:
        await perform(
            services.engine, services.keys, act, services.clock(), after=sent.fields.get("state", "")
        )
    except Outrun:
        await settled(request)
        return await again("outrun", status=409)
    await asyncio.to_thread(_log, request, act)
    await settled(request)
    return see(f"/coordination/fiches/{digest}")


def _wanted(request: PageRequest, digest: str, sent: SentForm) -> tuple[Relabel | None, tuple[str, ...]]:
    """Return the act asked for, or what is wrong with it; what the page shows by itself is not said twice."""
    chosen, reason = sent.ticked["fiche"], sent.fields.get("reason", "").strip()
    desk = _desk(request, digest, sent.fields.get("numero", ""))
    if desk.there is None:
        return None, () if desk.fault else ("number",)
    faults = [name for name, wrong in (("none", not chosen), ("reason", not reason)) if wrong]
    if len(reason) > MAX_NOTE:
        faults.append("too-long")
    moves = relabelling.moves(chosen, desk.here, desk.there)
    if desk.state != sent.fields.get("state", "") or moves is None:
        faults = ["outrun"]
    if faults or moves is None:
        return None, tuple(faults)
    with services_of(request).store.session() as session:
        about = relabels.subject(desk.record.stop_id, desk.record.team_id)
        past = relabels.of_stops(session, [about])
    # The last act stands: this one is, whatever the clock was set to in between.
    at = max([services_of(request).clock(), *(act.at + timedelta(milliseconds=1) for act in past)])
    records = tuple(Relabelled(record, visit) for record, visit in sorted(moves.items()))
    return Relabel(
        subject=about, member=signed_in(request).member_id, at=at, records=records, reason=reason
    ), ()


def _log(request: PageRequest, act: Relabel) -> None:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        for each in act.records:
            access_log.append(
                session,
                actor(coordinator),
                Action.RELABEL_RECORD,
                "record",
                each.record,
                Outcome.DONE,
                at=services.clock(),
            )


pages = [relabel_page, relabel]
