"""Reports frozen for good: the body as canonical text, its hash, and the files made from that text."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from server.identifiers import new_uuid
from server.report.activity import activity
from server.report.activity_tables import Writer
from server.report.csv_file import csv_file
from server.report.document import Document, body_of, digest_of, read_body
from server.report.pdf_file import pdf_file
from server.report.scope import Scope
from server.report.small_cells import hide
from server.report.tables import Table
from server.report.xlsx_file import xlsx_file
from server.store.control import Campaign, Member, Organization, Stop, Team
from server.store.reports import FrozenReport

Translate = Callable[..., str]
TITLE_MAX = 120


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be frozen: its title, perimeter, threshold of small cells (None: exact), by whom, when."""

    title: str
    scope: Scope
    threshold: int | None
    member: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a report is still what was frozen: its body against its hash, each file against its own."""

    body: bool
    files: dict[str, bool]

    @property
    def whole(self) -> bool:
        """Whether all of it is."""
        return self.body and all(self.files.values())


def document_of(session: Session, order: Order, t: Translate, extra: tuple[Table, ...] = ()) -> Document:
    """Count a perimeter and return the report of it, in the language of ``t``; ``extra``: tables first."""
    tables = (*extra, *Writer(t, "fr").tables(activity(session, order.scope)))
    if order.threshold is not None:
        tables = tuple(hide(table, order.threshold) for table in tables)
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


def listed(session: Session, teams: set[str]) -> list[FrozenReport]:
    """Return the reports on teams that a reader reads, the latest first."""
    reports = session.exec(select(FrozenReport).order_by(col(FrozenReport.frozen_at).desc()))
    return [report for report in reports if readable(report, teams)]


def readable(report: FrozenReport, teams: set[str]) -> bool:
    """Whether every team that a report counts is one of these."""
    return set(report.scope.get("teams", ())) <= teams


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
