"""Frozen reports: freeze one, list them, verify one, take its files."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from server.auth import guards
from server.auth.sessions import Coordinator
from server.clock import local_day
from server.report import frozen
from server.report.chart import bars
from server.report.document import read_body
from server.report.frozen import TITLE_MAX, Order
from server.report.small_cells import DEFAULT_THRESHOLD
from server.report.view import View
from server.report.writing import Written
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer, reviewer
from server.routes.services import Services
from server.routes.web_catalogue import TRANSLATORS
from server.routes.web_page import page, see
from server.routes.web_scope import FIELDS, TypedScope, read_scope
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.reports import FrozenReport

MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_LOWEST, _HIGHEST = 2, 50


class FreezeForm(msgspec.Struct):
    """What the form that freezes sends; the perimeter is that of the page it was on."""

    titre: str = ""
    tiers: str = ""
    seuil: str = str(DEFAULT_THRESHOLD)
    du: str = ""
    au: str = ""
    campagne: str = ""
    equipe: str = ""
    lieu: str = ""
    escale: str = ""


@get("/rapports", sync_to_thread=True, guards=[guards.coordinator])
def reports_page(request: PageRequest) -> Response[str]:
    """List the frozen reports of the reader's teams."""
    return _reports(request)


@post("/rapports", guards=[guards.own_form, guards.coordinator], status_code=200)
async def freeze_report(
    request: PageRequest,
    data: Annotated[FreezeForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Freeze a report and show it; otherwise say what is wrong, as typed."""
    services, coordinator = services_of(request), signed_in(request)
    faults = _faults(data)
    frozen_as = None if faults else await asyncio.to_thread(_freeze, services, coordinator, data)
    if frozen_as is None:
        return await asyncio.to_thread(_reports, request, data, faults or ("perimetre",))
    return see(f"/coordination/rapports/{frozen_as}")


@get("/rapports/{identifier:str}", sync_to_thread=True, guards=[guards.coordinator])
def report_page(request: PageRequest, identifier: FromPath[str]) -> Response[str]:
    """Show a frozen report, with its hash computed again."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        report = _find(session, coordinator, identifier)
    document = read_body(report.body)
    return page(
        request,
        "report.html",
        report=report,
        document=document,
        verified=frozen.verify(report),
        charts={table.key: bars(table, "fr", document.threshold) for table in document.tables},
        written=Written("fr", document.threshold),
        # What is frozen does not open onto today's records.
        opens=lambda _: "",
    )


@get("/rapports/{identifier:str}/{kind:str}", sync_to_thread=True, guards=[guards.coordinator])
def report_file(request: PageRequest, identifier: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    """Give one file of a frozen report, as it was made; its name says nothing but the period and the hash."""
    services, coordinator = services_of(request), signed_in(request)
    if kind not in MEDIA:
        raise NotReviewable
    with services.store.session() as session:
        report = _find(session, coordinator, identifier)
    content: bytes = {"pdf": report.pdf, "xlsx": report.xlsx, "csv": report.csv}[kind]
    name = f"escale-{report.first_day}-{report.last_day}-{report.digest[:8]}.{kind}"
    return Response(
        content,
        media_type=MEDIA[kind],
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


def _find(session: Session, coordinator: Coordinator, identifier: str) -> FrozenReport:
    reader = reviewer(session, coordinator.member_id, coordinator.role)
    report = session.get(FrozenReport, identifier)
    if report is None or not frozen.readable(report, set(reader.teams), clinical=reader.is_clinical):
        raise NotReviewable
    return report


def _reports(
    request: PageRequest, typed: FreezeForm | None = None, faults: tuple[str, ...] = ()
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        return page(
            request,
            "reports.html",
            status=422 if faults else 200,
            reports=frozen.listed(session, set(reader.teams), clinical=reader.is_clinical),
            wanted=_scope(services, reader, typed or FreezeForm()),
            typed=typed or FreezeForm(),
            freeze_faults=faults,
        )


def _scope(services: Services, reader: Reviewer, form: FreezeForm) -> TypedScope:
    typed = {name: getattr(form, name) for name in FIELDS}
    return read_scope(typed, reader, local_day(services.clock()))


def _faults(form: FreezeForm) -> tuple[str, ...]:
    faults = []
    if not 0 < len(form.titre.strip()) <= TITLE_MAX or not form.titre.isprintable():
        faults.append("titre")
    if form.tiers and not (form.seuil.isascii() and form.seuil.isdecimal() and _in_bounds(form.seuil)):
        faults.append("seuil")
    return tuple(faults)


def _in_bounds(text: str) -> bool:
    return len(text) < 4 and _LOWEST <= int(text) <= _HIGHEST


def _freeze(services: Services, coordinator: Coordinator, form: FreezeForm) -> str | None:
    """Freeze, and log it in the same transaction; None when the perimeter has a fault or no team."""
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        wanted = _scope(services, reader, form)
        if wanted.faults or not wanted.scope.teams:
            return None
        order = Order(
            title=form.titre.strip(),
            scope=wanted.scope,
            threshold=int(form.seuil) if form.tiers else None,
            member=coordinator.member_id,
            at=services.clock(),
            view=View(reader.is_clinical, wanted.unfiltered),
        )
        report = frozen.freeze(session, frozen.document_of(session, order, TRANSLATORS["fr"]), order)
        access_log.append(
            session,
            actor(coordinator),
            Action.FREEZE_REPORT,
            "report",
            f"{report.id} {report.digest}",
            Outcome.DONE,
            at=order.at,
        )
        return report.id


pages = [reports_page, freeze_report, report_page, report_file]
