"""The monthly statement of one professional: what they signed, by form and by part, and co-signed, apart."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from server.report.tables import Cell, Row, Table, count
from server.store.control import Member, Role, Stop, TeamMember
from server.store.figures import SignedAct

Translate = Callable[..., str]
Titles = Callable[[tuple[str, str]], str]
"""The title of a form, by its url and version."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Records of one part of one form at one stop; ``visits`` are distinct."""

    day: date
    stop: str
    form: tuple[str, str]
    part: str
    records: int
    visits: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One professional's month. ``signed`` and ``cosigned``: one line a stop, form and part."""

    member: Member
    first_day: date
    last_day: date
    signed: tuple[StatementLine, ...]
    cosigned: tuple[StatementLine, ...]


def month_of(day: date) -> tuple[date, date]:
    """Return the first and last day of a month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def professionals(session: Session, teams: set[str]) -> list[Member]:
    """Return who works in these teams, and whoever signed in them: for one day, or before they left."""
    works = select(TeamMember.member_id).where(col(TeamMember.team_id).in_(teams))
    signed = select(SignedAct.member_id).where(col(SignedAct.team_id).in_(teams))
    members = session.exec(
        select(Member)
        .where(
            ((col(Member.role) == Role.FIELD) & col(Member.id).in_(works)) | col(Member.id).in_(signed),
        )
        .order_by(Member.name)
    )
    return list(members)


def statement(session: Session, member: Member, teams: set[str], month: date) -> Statement:
    """Count what a professional signed in these teams during the month of a day."""
    first, last = month_of(month)
    acts = session.exec(
        select(SignedAct)
        .where(
            col(SignedAct.day).between(first, last),
            SignedAct.member_id == member.id,
            col(SignedAct.team_id).in_(teams),
        )
        .order_by(col(SignedAct.day))
    ).all()
    names = dict(
        session.exec(select(Stop.id, Stop.name).where(col(Stop.id).in_({act.stop_id for act in acts}))).all()
    )
    return Statement(
        member,
        first,
        last,
        _lines([act for act in acts if not act.cosigned], names),
        _lines([act for act in acts if act.cosigned], names),
    )


def statement_tables(found: Statement, t: Translate, title_of: Titles) -> tuple[Table, ...]:
    """Return the statement as tables: the month by form and part, then its lines; co-signatures apart."""
    return (
        _summary("signed", found.signed, t, title_of),
        _detail("signed-lines", found.signed, t, title_of),
        *([_summary("cosigned", found.cosigned, t, title_of)] if found.cosigned else []),
    )


def _lines(acts: list[SignedAct], names: dict[str, str]) -> tuple[StatementLine, ...]:
    records: Counter[tuple[date, str, tuple[str, str], str]] = Counter()
    visits: dict[tuple[date, str, tuple[str, str], str], set[str]] = {}
    for act in acts:
        key = (act.day, act.stop_id, (act.form_url, act.form_version), act.part)
        records[key] += 1
        visits.setdefault(key, set()).add(act.visit_id)
    return tuple(
        StatementLine(key[0], names.get(key[1], ""), key[2], key[3], records[key], len(visits[key]))
        for key in sorted(records)
    )


def _summary(
    key: str,
    lines: tuple[StatementLine, ...],
    t: Translate,
    title_of: Titles,
) -> Table:
    records: Counter[tuple[tuple[str, str], str]] = Counter()
    visits: Counter[tuple[tuple[str, str], str]] = Counter()
    for line in lines:
        records[line.form, line.part] += line.records
        visits[line.form, line.part] += line.visits
    rows = [
        Row(
            f"{title_of(form)} – {t(f'statement.part.{part}')}",
            (count(records[form, part]), count(visits[form, part])),
        )
        for form, part in sorted(records)
    ]
    rows.append(
        Row(t("report.total"), (count(records.total()), Cell("text")), total=True),
    )
    head = (t("statement.form"), t("statement.records"), t("report.visits"))
    return Table(key, t(f"statement.{key}"), head, tuple(rows), notes=(t(f"statement.note.{key}"),))


def _detail(
    key: str,
    lines: tuple[StatementLine, ...],
    t: Translate,
    title_of: Titles,
) -> Table:
    rows = tuple(
        Row(
            f"{line.day:%d/%m/%Y} – {line.stop} – {title_of(line.form)} – {t(f'statement.part.{line.part}')}",
            (count(line.records), count(line.visits)),
        )
        for line in lines
    )
    head = (t("statement.line"), t("statement.records"), t("report.visits"))
    return Table(key, t(f"statement.{key}"), head, rows)
