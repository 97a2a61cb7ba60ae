"""Reports frozen for good: the body as canonical text, its hash, and the files made from that text."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from server.identifiers import new_uuid
from server.report.csv_file import csv_file
from server.report.document import Document, body_of, digest_of, read_body
from server.report.indicator_table import indicator_table
from server.report.pdf_file import pdf_file
from server.report.scope import Scope
from server.report.small_cells import hide_all
from server.report.tables import Table
from server.report.view import EXACT, FEWEST, View, results_of, tables_of, tells_more, visits_of
from server.report.xlsx_file import xlsx_file
from server.store.control import Campaign, Member, Organization, Stop, Team
from server.store.reports import FrozenReport

Translate = Callable[..., str]
TITLE_MAX = 120


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be frozen: its title, perimeter, threshold of small cells (None: exact), by whom, when.

    ``view``: what whoever freezes may see; a report holds no more.
    """

    title: str
    scope: Scope
    threshold: int | None
    member: str
    at: datetime
    view: View = EXACT


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a report is still what was frozen: its body against its hash, each file against its own."""

    body: bool
    files: dict[str, bool]

    @property
    def whole(self) -> bool:
        """Whether all of it is."""
        return self.body and all(self.files.values())


def document_of(session: Session, order: Order, t: Translate) -> Document:
    """Count a perimeter and return the report of it, the agreement's table first, in the words of ``t``."""
    tables = _tables(session, order, order.view, t)
    clinical_only = order.view.clinical and _tells_more(session, order, t, tables)
    if order.threshold is not None:
        tables = hide_all(tables, order.threshold)
    return Document(
        title=order.title,
        organization=session.exec(select(Organization.title)).one(),
        first_day=order.scope.first_day,
        last_day=order.scope.last_day,
        scope=dict(order.scope.as_json()),
        perimeter=_perimeter(session, order.scope, t),
        extracted_at=order.at,
        frozen_by=session.get_one(Member, order.member).name,
        threshold=order.threshold,
        clinical_only=clinical_only,
        rule=t("activity.rule-text"),
        tables=tables,
    )


def freeze(session: Session, document: Document, order: Order) -> FrozenReport:
    """Record a report with its files, made from one canonical text; nothing changes it afterwards."""
    body = body_of(document)
    digest = digest_of(body)
    # Made from the text that is kept, not from what it was written from.
    kept = read_body(body)
    files = {"pdf": pdf_file(kept, digest), "xlsx": xlsx_file(kept, digest), "csv": csv_file(kept, digest)}
    report = FrozenReport(
        id=new_uuid(),
        title=document.title,
        first_day=document.first_day,
        last_day=document.last_day,
        scope=document.scope,
        body=body,
        digest=digest,
        clinical_only=document.clinical_only,
        file_digests={name: _sha256(content) for name, content in files.items()},
        frozen_at=order.at,
        frozen_by=order.member,
        **files,
    )
    session.add(report)
    session.flush()
    return report


def verify(report: FrozenReport) -> Verified:
    """Compute the hashes again and compare."""
    files = {"pdf": report.pdf, "xlsx": report.xlsx, "csv": report.csv}
    return Verified(
        body=digest_of(report.body) == report.digest,
        files={name: _sha256(content) == report.file_digests.get(name) for name, content in files.items()},
    )


def listed(session: Session, teams: set[str], *, clinical: bool) -> list[FrozenReport]:
    """Return the reports on teams that a reader reads, the latest first."""
    reports = session.exec(select(FrozenReport).order_by(col(FrozenReport.frozen_at).desc()))
    return [report for report in reports if readable(report, teams, clinical=clinical)]


def readable(report: FrozenReport, teams: set[str], *, clinical: bool) -> bool:
    """Whether every team that a report counts is one of these, and it tells no more than the role sees."""
    return (clinical or not report.clinical_only) and set(report.scope.get("teams", ())) <= teams


def _tables(session: Session, order: Order, view: View, t: Translate) -> tuple[Table, ...]:
    found = results_of(session, order.scope, view)
    agreed = (indicator_table(found, t),) if found else ()
    return (*agreed, *tables_of(session, order.scope, view, t))


def _tells_more(session: Session, order: Order, t: Translate, exact: tuple[Table, ...]) -> bool:
    """Whether a report tells more than its administrative view; one for third parties does over few only."""
    if order.threshold is not None and visits_of(session, order.scope) >= max(FEWEST, order.threshold):
        return False
    administrative = View(clinical=False, unfiltered=order.view.unfiltered)
    return tells_more(exact, _tables(session, order, administrative, t))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _perimeter(session: Session, scope: Scope, t: Translate) -> tuple[tuple[str, str], ...]:
    teams = session.exec(select(Team.title).where(col(Team.id).in_(scope.teams)).order_by(Team.title))
    found = [(t("activity.filter.equipe"), ", ".join(teams))]
    campaign = session.get(Campaign, scope.campaign) if scope.campaign else None
    if campaign is not None:
        found.append((t("activity.filter.campagne"), campaign.title))
    if scope.place:
        found.append((t("activity.filter.lieu"), scope.place))
    stop = session.get(Stop, scope.stop) if scope.stop else None
    if stop is not None:
        found.append((t("activity.filter.escale"), f"{stop.day:%d/%m/%Y} – {stop.name}"))
    return tuple(found)
