"""Pages of a long list of visits, by key: a far page costs what the first one does.

The order is by day, then visit, then team, the latest first; a page begins after, or ends before, a visit
that another page showed. Totals are counted up to ``COUNTED``: beyond, one only says « more than ».
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.sql.expression import SQLColumnExpression
from sqlmodel import Session

PAGE_SIZE = 50
COUNTED = 1000

_KEY_TEXT = re.compile(r"(\d{4}-\d{2}-\d{2})~([0-9a-f-]{36})~([0-9a-f-]{36})", re.ASCII)


Columns = tuple[SQLColumnExpression[Any], SQLColumnExpression[Any], SQLColumnExpression[Any]]
"""The day, the visit and the team of a table."""


class Key(NamedTuple):
    """The place of a visit in the list."""

    day: date
    visit: str
    team: str

    def text(self) -> str:
        """Return the key as an address holds it."""
        return f"{self.day.isoformat()}~{self.visit}~{self.team}"


class Where(StrEnum):
    """On which side of its key a page lies; ``FIRST`` and ``LAST`` need none."""

    FIRST = "first"
    AFTER = "after"
    BEFORE = "before"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Place:
    """Which page is wanted."""

    where: Where = Where.FIRST
    key: Key | None = None

    @property
    def is_upwards(self) -> bool:
        """Whether its rows are found from the end."""
        return self.where in (Where.BEFORE, Where.LAST)


@dataclass(frozen=True, slots=True)
class KeyPage:
    """The keys of one page, in order; ``total`` is exact unless there are ``more`` than it says."""

    keys: tuple[Key, ...]
    total: int
    more: bool
    has_previous: bool
    has_next: bool


def read_place(after: str, before: str, last: str) -> Place:
    """Return the page that an address asks for; the first one when it cannot be read."""
    for where, text in ((Where.AFTER, after), (Where.BEFORE, before)):
        key = read_key(text)
        if key is not None:
            return Place(where, key)
    return Place(Where.LAST) if last else Place()


def read_key(text: str) -> Key | None:
    """Read a key; None when it is none."""
    match = _KEY_TEXT.fullmatch(text)
    if match is None:
        return None
    try:
        return Key(date.fromisoformat(match[1]), match[2], match[3])
    except ValueError:
        return None


def key_page(
    session: Session,
    columns: Columns,
    conditions: Sequence[ColumnElement[bool]],
    place: Place,
) -> KeyPage:
    """Return one page; ``columns`` are the day, the visit and the team of the table that is read."""
    statement = _beyond(select(*columns).where(*conditions), columns, place)
    order = columns if place.is_upwards else tuple(column.desc() for column in columns)
    rows = session.connection().execute(statement.order_by(*order).limit(PAGE_SIZE + 1)).all()
    more_this_way = len(rows) > PAGE_SIZE
    keys = [Key(*row) for row in rows[:PAGE_SIZE]]
    if place.key is None and not more_this_way:
        # The page is the whole list: it need not be looked through again to be counted.
        total, more = len(keys), False
    else:
        total, more = _counted(session, columns[1], conditions)
    return KeyPage(
        keys=tuple(keys[::-1] if place.is_upwards else keys),
        total=total,
        more=more,
        has_previous=more_this_way if place.is_upwards else place.where is Where.AFTER,
        has_next=place.where is Where.BEFORE if place.is_upwards else more_this_way,
    )


def _beyond(
    statement: Select[Any],
    columns: Columns,
    place: Place,
) -> Select[Any]:
    if place.key is None:
        return statement
    here = tuple_(*columns)
    there = tuple_(*place.key)
    return statement.where(here > there if place.where is Where.BEFORE else here < there)


def _counted(
    session: Session, column: SQLColumnExpression[Any], conditions: Sequence[ColumnElement[bool]]
) -> tuple[int, bool]:
    some = select(column).where(*conditions).limit(COUNTED + 1).subquery()
    found = int(session.connection().execute(select(func.count()).select_from(some)).scalar_one())
    return min(found, COUNTED), found > COUNTED
