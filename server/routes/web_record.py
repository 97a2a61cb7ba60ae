"""The record page, who opened it, and the decision. Every opening is logged before anything is shown."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import select

from forms.tables import blocks
from server.auth import guards
from server.errors import Refused
from server.planning import labels
from server.planning.members import rpps_holds
from server.projection.decisions import MAX_MESSAGE, Verdict
from server.projection.reasons import REASONS
from server.remote.links import REMOTE_ROLE
from server.remote.names import remote_names
from server.review import access_log, decisions, relabelling, restricted
from server.review.access_log import Action
from server.review.around import photos_of
from server.review.curves import charts, read_curves
from server.review.errors import Outrun, ReasonNeeded
from server.review.records import record_detail
from server.routes.web_opening import open_record
from server.routes.web_page import language_of, page, see
from server.routes.web_restricted import reason_page
from server.routes.web_session import PageRequest, services_of, signed_in
from server.routes.web_settled import settled
from server.store.control import Member
from server.store.read import ENDED


class DecisionForm(msgspec.Struct):
    """What the decision form sends; ``state``: the id of the decision that it was made upon."""

    verdict: str = ""
    message: str = ""
    state: str = ""


def _record_page(
    request: PageRequest,
    digest: str,
    *,
    typed: DecisionForm | None = None,
    faults: tuple[str, ...] = (),
    status: int = 422,
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    try:
        reader, record = open_record(services, coordinator, digest, Action.OPEN_RECORD)
    except ReasonNeeded as needed:
        return reason_page(request, needed.record)
    with services.store.session() as session:
        detail = record_detail(session, reader, services.forms, record, language_of(request))
        decided = decisions.last(session, record.digest)
        worn = relabelling.worn(session, record, labels.numbers_of(detail.stop))
    return page(
        request,
        "record.html",
        status=status if faults else 200,
        detail=detail,
        worn=worn,
        reasons=REASONS,
        typed=typed or DecisionForm(),
        decided=decided.document_id if decided else "",
        faults=faults,
        may_decide=reader.is_clinical and record.state not in ENDED,
        max_message=MAX_MESSAGE,
        rpps_holds=rpps_holds,
        read_curves=read_curves,
        blocks=blocks,
        charts=charts,
    )


@get("/fiches/{digest:str}", sync_to_thread=True, guards=[guards.coordinator])
def record_page(request: PageRequest, digest: FromPath[str]) -> Response[str]:
    """Show a record: all of it to a clinical coordinator, its administrative part to the others."""
    return _record_page(request, digest)


@post("/fiches/{digest:str}/decision", guards=[guards.own_form, guards.clinical_coordinator], status_code=200)
async def decide_on_record(
    request: PageRequest,
    digest: FromPath[str],
    data: Annotated[DecisionForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Record a decision and show the record as it now stands; otherwise show what is wrong, as typed."""
    services, coordinator = services_of(request), signed_in(request)
    faults = _decision_faults(data)
    if faults:
        return await asyncio.to_thread(_record_page, request, digest, typed=data, faults=faults)
    try:
        _, record = await asyncio.to_thread(open_record, services, coordinator, digest, Action.DECIDE)
    except ReasonNeeded as needed:
        return reason_page(request, needed.record)
    try:
        await decisions.decide(
            services.store,
            services.engine,
            services.keys,
            envelope=record.envelope_id,
            verdict=Verdict(data.verdict),
            message=data.message,
            member=coordinator.member_id,
            at=services.clock(),
            after=data.state,
        )
    except Outrun:
        await settled(request)
        if await asyncio.to_thread(_is_done, request, digest, data):
            return see(f"/coordination/fiches/{digest}")
        return await asyncio.to_thread(
            _record_page, request, digest, typed=data, faults=("outrun",), status=409
        )
    except Refused:
        return await asyncio.to_thread(_record_page, request, digest, typed=data, faults=("superseded",))
    await settled(request)
    return see(f"/coordination/fiches/{digest}")


def _is_done(request: PageRequest, digest: str, form: DecisionForm) -> bool:
    """Say whether what stands is this very decision: a form sent twice."""
    with services_of(request).store.session() as session:
        stands = decisions.last(session, digest)
    if stands is None or stands.member_id != signed_in(request).member_id or stands.verdict != form.verdict:
        return False
    return stands.verdict == Verdict.VALIDATED or stands.message == form.message.strip()


def _decision_faults(form: DecisionForm) -> tuple[str, ...]:
    faults = []
    if form.verdict not in set(Verdict):
        faults.append("verdict")
    if form.verdict == Verdict.TO_CORRECT and not form.message.strip():
        faults.append("message")
    if len(form.message) > MAX_MESSAGE:
        faults.append("too-long")
    return tuple(faults)


@get("/fiches/{digest:str}/acces", sync_to_thread=True, guards=[guards.coordinator])
def access_page(request: PageRequest, digest: FromPath[str]) -> Response[str]:
    """Show who opened a record or a photo of its visit, when, and what was refused; the reasons given too."""
    services, coordinator = services_of(request), signed_in(request)
    try:
        reader, record = open_record(services, coordinator, digest, Action.OPEN_ACCESS_LOG)
    except ReasonNeeded as needed:
        return reason_page(request, needed.record)
    with services.store.session() as session:
        lines = access_log.of_object(session, "record", digest)
        for photo in photos_of(session, record):
            lines += access_log.of_object(session, "photo", photo.id)
        names = dict(session.exec(select(Member.id, Member.name)).all())
        remote = remote_names(session, {line.actor_id for line in lines if line.actor_role == REMOTE_ROLE})
        given = restricted.reasons(session, record) if reader.is_clinical else {}
    lines.sort(key=lambda line: line.sequence, reverse=True)
    return page(request, "access.html", digest=digest, lines=lines, names=names, remote=remote, given=given)


pages = [record_page, decide_on_record, access_page]
