"""A letter issued: numbered in its year without gaps or twins, set in type, kept for good with its digest."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import func, text
from sqlmodel import Session, select

from server.clock import local_day
from server.letters import typeset
from server.letters.content import LetterContent
from server.letters.errors import AlreadyReplaced
from server.store.letters import Letter

_ADVISORY_LOCK = 0x45534C54
"""Any constant: the number under which PostgreSQL makes issuing transactions wait for one another."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be issued. ``letter_id``: drawn with the preview, so that sending the form twice issues one.

    ``records``: those that the content tells of; ``compose`` gives it once the numbers are known: its own,
    and that of the letter it ``replaces``, empty when it replaces none.
    """

    letter_id: str
    visit_id: str
    team_id: str
    records: tuple[str, ...]
    compose: Callable[[str, str], LetterContent]
    member: str
    replaces: str | None = None


def issue(session: Session, order: Order, at: datetime) -> Letter:
    """Number a letter, set it and keep it, with the rest of the transaction.

    The numbers of a year follow one another: whoever issues waits for whoever issues before. Raises
    ``NotPrintable``, and ``AlreadyReplaced`` when the letter to cancel is so already.
    """
    _take_turn(session)
    known = session.get(Letter, order.letter_id)
    if known is not None:
        return known
    former = _to_replace(session, order)
    year = local_day(at).year
    last = session.exec(select(func.max(Letter.number)).where(Letter.year == year)).one()
    number = (last or 0) + 1
    content = order.compose(
        number_text(year, number), number_text(former.year, former.number) if former is not None else ""
    )
    made = typeset.pdf(content, at)
    letter = Letter(
        id=order.letter_id,
        year=year,
        number=number,
        visit_id=order.visit_id,
        team_id=order.team_id,
        records=list(order.records),
        recipient="\n".join(content.recipient),
        content=msgspec.to_builtins(content),
        pdf=made,
        digest=hashlib.sha256(made).hexdigest(),
        created_at=at,
        created_by=order.member,
    )
    session.add(letter)
    if former is not None:
        former.replaced_by = letter.id
        session.add(former)
    session.flush()
    return letter


def _to_replace(session: Session, order: Order) -> Letter | None:
    if order.replaces is None:
        return None
    former = session.get(Letter, order.replaces)
    same_visit = former is not None and (former.visit_id, former.team_id) == (order.visit_id, order.team_id)
    if former is None or not same_visit or former.replaced_by is not None:
        raise AlreadyReplaced
    return former


def number_text(year: int, number: int) -> str:
    """Return a letter's number as people write it: ``2026-00012``."""
    return f"{year}-{number:05}"


def _take_turn(session: Session) -> None:
    """Make this transaction the only one that issues, until it ends."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    else:
        # SQLite: an update takes the write lock, even one of no row: what is read next stays true.
        connection.execute(text("UPDATE letter SET replaced_by = replaced_by WHERE id = ''"))
