"""What a correction changed: two versions of a record, question by question, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from forms.present import Row


@dataclass(frozen=True, slots=True)
class Change:
    """One question answered differently; ``before`` or ``after`` is ``None`` when it was not answered."""

    section: str
    label: str
    before: Row | None
    after: Row | None


def _said(row: Row) -> tuple[object, ...]:
    return row.values, row.absence, row.curves


def difference(before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    """Return the questions whose answer differs, in the order of the later version, then those left out."""
    earlier = {row.link_id: row for row in before}
    changes = []
    for row in after:
        old = earlier.pop(row.link_id, None)
        if old is None or _said(old) != _said(row):
            changes.append(Change(row.section, row.label, old, row))
    changes.extend(Change(row.section, row.label, row, None) for row in earlier.values())
    return changes
