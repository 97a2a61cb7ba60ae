"""What each record says of the items that figures count, by linkId: values and absences."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from server.projection.figure_items import COMPLETE, LINK_IDS, PART, STATION
from server.projection.statements import table
from server.store.read import Answer

_ANSWER = ("record_digest", "link_id", "absence", "value_code", "value_text", "value_number")
_IDENTITY = "identity."

Said = tuple[str, ...] | float
"""What was answered: the codes (a date is one), or a number."""


@dataclass(slots=True)
class Spoken:
    """What one record says of the items that are counted: values and absences by linkId."""

    values: dict[str, Said]
    absences: dict[str, str]


def spoken_by(session: Session, digests: Sequence[str]) -> dict[str, Spoken]:
    """Return what these records say, by digest; nothing of a record that answers none of the items."""
    columns = table(Answer).c
    rows = session.connection().execute(
        select(*(columns[name] for name in _ANSWER))
        .where(columns.record_digest.in_(digests), columns.link_id.in_(LINK_IDS))
        .order_by(columns.record_digest, columns.link_id, columns.position)
    )
    found: dict[str, Spoken] = defaultdict(lambda: Spoken({}, {}))
    for digest, link_id, absence, code, written, number in rows:
        spoken = found[digest]
        if absence is not None:
            spoken.absences[link_id] = absence
        elif number is not None:
            spoken.values[link_id] = number
        else:
            before = spoken.values.get(link_id, ())
            spoken.values[link_id] = (*(before if isinstance(before, tuple) else ()), code or written)
    for spoken in found.values():
        if part_of(spoken) == STATION:
            _forget_the_check(spoken)
    return found


def part_of(spoken: Spoken | None) -> str:
    """Return the part of the visit that a record holds (forms.md, "Parts of a visit")."""
    said = spoken.values.get(PART) if spoken is not None else None
    return said[0] if isinstance(said, tuple) else COMPLETE


def _forget_the_check(spoken: Spoken) -> None:
    """Leave out what a station asked of who wears the label: the reception says it."""
    for said in (spoken.values, spoken.absences):
        for link_id in [each for each in said if each.startswith(_IDENTITY) and each != PART]:
            del said[link_id]
