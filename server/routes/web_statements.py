"""Monthly statements: what one professional signed and co-signed; no other's lines, no patient's name."""

import re
from datetime import date
from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from sqlmodel import Session, select

from server.auth import guards
from server.auth.sessions import Coordinator
from server.clock import local_day
from server.report.csv_file import csv_file
from server.report.document import Document, body_of, digest_of
from server.report.pdf_file import pdf_file
from server.report.statement import month_of, professionals, statement, statement_tables
from server.report.tables import Table
from server.report.writing import Written
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer, reviewer
from server.routes.services import Services
from server.routes.web_catalogue import TRANSLATORS, Translate
from server.routes.web_page import language_of, page, texts_of
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.control import Member, Organization

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
MEDIA = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


@get("/releves", sync_to_thread=True, guards=[guards.coordinator])
def statements_page(request: PageRequest) -> Response[str]:
    """Choose a professional and a month, and show their statement."""
    services, coordinator = services_of(request), signed_in(request)
    month, fault = _month(request.query_params.get("mois", ""), local_day(services.clock()))
    chosen = request.query_params.get("professionnel", "")
    tables: tuple[Table, ...] = ()
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        known = professionals(session, set(reader.teams))
        member = next((each for each in known if each.id == chosen), None)
        if member is not None:
            tables = _tables(
                session, services, reader, member, month, texts_of(request), language_of(request)
            )
            _log(session, services, coordinator, member, month)
    return page(
        request,
        "statements.html",
        professionals=known,
        member=member,
        month=f"{month:%Y-%m}",
        fault=fault,
        tables=tables,
        written=Written(language_of(request)),
        opens=lambda _: "",
    )


@get("/releves/{member_id:str}/{month:str}/{kind:str}", sync_to_thread=True, guards=[guards.coordinator])
def statement_file(
    request: PageRequest, member_id: FromPath[str], month: FromPath[str], kind: FromPath[str]
) -> Response[bytes]:
    """Give one professional's statement as a file; its name holds an id and the month, nobody's name."""
    services, coordinator = services_of(request), signed_in(request)
    day, fault = _month(month, local_day(services.clock()))
    if kind not in MEDIA or fault:
        raise NotReviewable
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        member = next((m for m in professionals(session, set(reader.teams)) if m.id == member_id), None)
        if member is None:
            raise NotReviewable
        document = _document(session, services, coordinator, reader, member, day)
        _log(session, services, coordinator, member, day)
    digest = digest_of(body_of(document))
    content = pdf_file(document, digest) if kind == "pdf" else csv_file(document, digest)
    name = f"escale-releve-{day:%Y-%m}-{member_id[:8]}.{kind}"
    return Response(
        content,
        media_type=MEDIA[kind],
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


def _document(
    session: Session,
    services: Services,
    coordinator: Coordinator,
    reader: Reviewer,
    member: Member,
    day: date,
) -> Document:
    t = TRANSLATORS["fr"]
    first, last = month_of(day)
    scope: dict[str, Any] = {"member": member.id, "teams": sorted(reader.teams)}
    return Document(
        title=t("statement.of", name=member.name, month=f"{day:%m/%Y}"),
        organization=session.exec(select(Organization.title)).one(),
        first_day=first,
        last_day=last,
        scope=scope,
        perimeter=((t("statement.professional"), f"{member.name}, {member.profession}"),),
        extracted_at=services.clock(),
        frozen_by=coordinator.name,
        threshold=None,
        rule=t("statement.note.signed"),
        tables=_tables(session, services, reader, member, day, t, "fr"),
    )


def _tables(
    session: Session,
    services: Services,
    reader: Reviewer,
    member: Member,
    day: date,
    t: Translate,
    language: str,
) -> tuple[Table, ...]:
    def title_of(form: tuple[str, str]) -> str:
        known = services.forms.get(form)
        return (
            form[0] if known is None else f"{known.title if language == 'fr' else known.title_en} {form[1]}"
        )

    found = statement(session, member, set(reader.teams), day)
    return statement_tables(found, t, title_of) if found.signed or found.cosigned else ()


def _month(text: str, today: date) -> tuple[date, bool]:
    """Return the first day of a month and whether it could not be read; without any, this month."""
    if not text:
        return today.replace(day=1), False
    if not _MONTH.fullmatch(text):
        return today.replace(day=1), True
    return date(int(text[:4]), int(text[5:]), 1), False


def _log(session: Session, services: Services, coordinator: Coordinator, member: Member, month: date) -> None:
    access_log.append(
        session,
        actor(coordinator),
        Action.OPEN_STATEMENT,
        "statement",
        f"{member.id} {month:%Y-%m}",
        Outcome.DONE,
        at=services.clock(),
    )


pages = [statements_page, statement_file]
