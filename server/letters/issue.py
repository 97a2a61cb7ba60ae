"""A letter issued: numbered in its year without gaps or twins, set in type, kept for good with its digest."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import func, text
from sqlmodel import Session, col, select

from server.clock import local_day
from server.identifiers import new_uuid
from server.letters import typeset
from server.letters.content import LetterContent
from server.store.letters import Letter

_ADVISORY_LOCK = 0x45534C54
"""Any constant: the number under which PostgreSQL makes issuing transactions wait for one another."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What is issued: of which visit, from which records, and the content once its number is known."""

    visit_id: str
    team_id: str
    records: tuple[str, ...]
    compose: Callable[[str], LetterContent]


def issue(
    session: Session, wanted: Issued, *, member: str, at: datetime, replaces: Letter | None = None
) -> Letter:
    """Number a letter, set it and keep it, with the rest of the transaction; raise ``NotPrintable``.

    The numbers of a year follow one another: whoever issues waits for whoever issues before. ``replaces`` is
    a letter that this one cancels: it says so, and keeps its own number.
    """
    _take_turn(session)
    year = local_day(at).year
    last = session.exec(select(func.max(Letter.number)).where(Letter.year == year)).one()
    number = (last or 0) + 1
    content = wanted.compose(number_text(year, number))
    made = typeset.pdf(content, at)
    letter = Letter(
        id=new_uuid(),
        year=year,
        number=number,
        visit_id=wanted.visit_id,
        team_id=wanted.team_id,
        records=list(wanted.records),
        recipient="\n".join(content.recipient),
        content=msgspec.to_builtins(content),
        pdf=made,
        digest=hashlib.sha256(made).hexdigest(),
        created_at=at,
        created_by=member,
    )
    session.add(letter)
    if replaces is not None:
        replaces.replaced_by = letter.id
        session.add(replaces)
    session.flush()
    return letter


def number_text(year: int, number: int) -> str:
    """Return a letter's number as people write it: ``2026-00012``."""
    return f"{year}-{number:05}"


def replaceable(session: Session, letter_id: str, visit_id: str, team_id: str) -> Letter | None:
    """Return a letter about this visit that nothing has replaced yet."""
    found = session.exec(
        select(Letter).where(
            Letter.id == letter_id,
            Letter.visit_id == visit_id,
            Letter.team_id == team_id,
            col(Letter.replaced_by).is_(None),
        )
    )
    return found.first()


def _take_turn(session: Session) -> None:
    """Make this transaction the only one that issues, until it ends."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    else:
        # SQLite: an update takes the write lock, even one of no row: what is read next stays true.
        connection.execute(text("UPDATE letter SET replaced_by = replaced_by WHERE id = ''"))
