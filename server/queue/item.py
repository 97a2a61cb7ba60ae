"""What an item of the queue is, and what finds items.

An item's key is made of its cause: closed by a coordinator, it stays closed as long as nothing changes, and
comes back under another key when something does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from sqlmodel import Session

from server.identifiers import sha256_hex


class Kind(StrEnum):
    """What an item is about; the order of the counts."""

    URGENT_TASK = "urgent_task"
    TO_CORRECT = "to_correct"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    PROBABLE_DUPLICATE = "probable_duplicate"
    TABLET = "tablet"
    MANIFEST = "manifest"
    PHOTO = "photo"
    LETTER = "letter"
    DOCUMENT = "document"
    TASK = "task"
    CHECK = "check"


class Urgency(IntEnum):
    """What comes first: something may be lost, somebody waits, something is to be looked at."""

    NOW = 0
    SOON = 1
    LATER = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose queue: the teams (id → title), their databases (name → team), and the instant.

    ``clinical``: whether the reader may see clinical items one by one; what finds them does not look at it.
    """

    teams: Mapping[str, str]
    databases: Mapping[str, str]
    now: datetime
    today: date
    clinical: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. ``text``: key of the catalogue, with its ``parts``; ``reason``: a code of ``REASONS``.

    ``what`` names it without saying whose it is: a visit's number, a tablet's label, a letter's number.
    ``turn``: whose turn it is (``author``, ``support``, ``coordination``); ``waits_for``: a professional.
    ``address``: the page where it is dealt with. ``clinical``: only counted for the others. ``also``: another
    subject under which that page writes who looks after it. ``by_day``: of ``since`` only the day is known.
    """

    key: str
    kind: Kind
    urgency: Urgency
    since: datetime | None
    team: str | None
    what: str
    text: str
    address: str
    parts: Mapping[str, object] = field(default_factory=dict)
    reason: str | None = None
    turn: str = "coordination"
    waits_for: str | None = None
    clinical: bool = False
    also: str = ""
    by_day: bool = False


Provider = Callable[[Session, Scope], Iterator[Item]]
"""What finds the items of one kind, in the teams of the scope."""


def key_of(kind: Kind, *cause: object) -> str:
    """Return the key of an item: its kind, and a digest of all that makes it what it is."""
    return f"{kind.value}:{sha256_hex('|'.join(str(part) for part in cause))[:32]}"
