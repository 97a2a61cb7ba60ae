"""`sort`: names of members, all in one direction."""

from collections.abc import Mapping
from dataclasses import dataclass

from sync.mango.failures import QueryError, shown
from sync.mango.fields import Path, parse_path


@dataclass(frozen=True, slots=True)
class Sort:
    """In which order; no fields: in the index's own."""

    fields: tuple[str, ...] = ()
    descending: bool = False

    @property
    def paths(self) -> list[Path]:
        """Where the values to sort by are."""
        return [parse_path(field) for field in self.fields]

    def to_json(self) -> list[dict[str, str]]:
        """Write `[{"name": "asc"}, …]`."""
        return [{field: "desc" if self.descending else "asc"} for field in self.fields]


def parse_sort(value: object) -> Sort:
    """Read a list of names, or of objects of one name and its direction. Raises QueryError."""
    if not isinstance(value, list):
        raise QueryError("invalid_sort_json", f"Sort must be an array of sort specs, not: {shown(value)}")
    read = [_field(one) for one in value]
    directions = {direction for _, direction in read}
    if len(directions) > 1:
        raise QueryError(
            "unsupported_mixed_sort", "Sorts currently only support a single direction for all fields."
        )
    return Sort(tuple(name for name, _ in read), directions == {"desc"})


def _field(value: object) -> tuple[str, str]:
    if isinstance(value, str) and value:
        return value, "asc"
    if not isinstance(value, Mapping) or len(value) != 1:
        raise QueryError("invalid_sort_field", f"Invalid sort field: {shown(value)}")
    ((name, direction),) = value.items()
    if direction not in ("asc", "desc"):
        raise QueryError("invalid_sort_dir", f"Invalid sort direction: {shown(direction)}")
    return name, direction
