"""The letters of some teams: what was issued, what was sent, what must be replaced."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import defer
from sqlmodel import Session, and_, col, select

from server.letters.issue import number_text
from server.store.control import Member
from server.store.letters import Letter, LetterSending
from server.store.read import ENDED, Record

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter without its file. ``stale``: a record that it tells of is not current any more."""

    letter: Letter
    number: str
    author: str
    sendings: tuple[LetterSending, ...]
    stale: bool
    names: dict[str, str]

    @property
    def is_sent(self) -> bool:
        """Whether somebody said that they sent it."""
        return bool(self.sendings)


def letters_of_visit(session: Session, visit_id: str, team_id: str) -> list[LetterRow]:
    """Return the letters about a visit, the latest first."""
    return _rows(session, and_(col(Letter.visit_id) == visit_id, col(Letter.team_id) == team_id))


def letters(session: Session, teams: Collection[str], page: int = 1) -> list[LetterRow]:
    """Return one page of the letters of these teams, the latest first, without their files."""
    return _rows(session, col(Letter.team_id).in_(teams), offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)


def unsent(session: Session, teams: Collection[str]) -> list[LetterRow]:
    """Return the letters that nothing replaces and nobody has sent."""
    sent = exists().where(col(LetterSending.letter_id) == col(Letter.id))
    return _rows(
        session, and_(col(Letter.team_id).in_(teams), col(Letter.replaced_by).is_(None), ~sent), limit=None
    )


def stale(session: Session, teams: Collection[str]) -> list[LetterRow]:
    """Return the letters that nothing replaces and whose records are not all current any more."""
    standing = and_(col(Letter.team_id).in_(teams), col(Letter.replaced_by).is_(None))
    return [row for row in _rows(session, standing, limit=None) if row.stale]


def find(session: Session, teams: Collection[str], letter_id: str) -> LetterRow | None:
    """Return a letter of these teams."""
    found = _rows(session, and_(col(Letter.id) == letter_id, col(Letter.team_id).in_(teams)))
    return found[0] if found else None


def records_of(session: Session, letter: Letter) -> Sequence[Record]:
    """Return the records that a letter tells of, and those of its visit, current or not."""
    return session.exec(
        select(Record)
        .where(
            Record.team_id == letter.team_id,
            col(Record.digest).in_(letter.records) | (col(Record.visit_id) == letter.visit_id),
        )
        .order_by(Record.digest)
    ).all()


def _rows(
    session: Session, kept: ColumnElement[bool], offset: int = 0, limit: int | None = PAGE_SIZE
) -> list[LetterRow]:
    found = session.exec(
        select(Letter)
        .options(defer(Letter.pdf))  # type: ignore[arg-type]
        .where(kept)
        .order_by(col(Letter.year).desc(), col(Letter.number).desc())
        .offset(offset)
        .limit(limit)
    ).all()
    sendings: dict[str, list[LetterSending]] = {}
    for sending in session.exec(
        select(LetterSending)
        .where(col(LetterSending.letter_id).in_([letter.id for letter in found]))
        .order_by(col(LetterSending.recorded_at), LetterSending.id)
    ):
        sendings.setdefault(sending.letter_id, []).append(sending)
    told = {digest for letter in found for digest in letter.records}
    current = set(
        session.exec(
            select(Record.digest).where(col(Record.digest).in_(told), col(Record.state).not_in(ENDED))
        )
    )
    names = dict(session.exec(select(Member.id, Member.name)).all())
    return [
        LetterRow(
            letter,
            number_text(letter.year, letter.number),
            names.get(letter.created_by, ""),
            tuple(sendings.get(letter.id, ())),
            not set(letter.records) <= current,
            names,
        )
        for letter in found
    ]
