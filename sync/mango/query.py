"""What `_find` and `_explain` are asked (CouchDB docs, `/{db}/_find`)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import orjson

from sync.mango.collation import collation_key
from sync.mango.failures import QueryError, shown
from sync.mango.fields import Path, parse_fields
from sync.mango.selector import Selector
from sync.mango.sorting import Sort, parse_sort

DEFAULT_LIMIT: Final = 25
_COUNTS: Final = ("limit", "skip")
_FLAGS: Final = ("conflicts", "update", "stable", "execution_stats", "allow_fallback")
_KNOWN: Final = frozenset(
    ("selector", "use_index", "bookmark", "sort", "fields", "partition", "r", "stale", *_COUNTS, *_FLAGS)
)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a listing stopped: the values of the index's columns, and the id of the last document."""

    values: tuple[object, ...]
    identifier: str

    def __str__(self) -> str:
        """Write the opaque text that clients keep."""
        return base64.urlsafe_b64encode(orjson.dumps([self.values, self.identifier])).decode("ascii")

    @classmethod
    def parse(cls, text: object) -> Self | None:
        """Read it; None for a listing from the beginning. Raises QueryError."""
        if text in (None, "", "nil"):
            return None
        try:
            values, identifier = orjson.loads(base64.urlsafe_b64decode(str(text).encode("ascii")))
            if isinstance(text, str) and isinstance(values, list) and isinstance(identifier, str):
                collation_key(values)
                return cls(tuple(values), identifier)
        except (ValueError, TypeError, RecursionError, binascii.Error):
            pass
        raise QueryError("invalid_bookmark", f"Invalid bookmark value: {shown(text)}")


@dataclass(frozen=True, slots=True)
class Query:
    """A query. `use_index`: a design document's name, and an index's; no `fields`: whole documents."""

    selector: Selector
    sort: Sort = field(default_factory=Sort)
    fields: Sequence[Path] = ()
    limit: int = DEFAULT_LIMIT
    skip: int = 0
    bookmark: Bookmark | None = None
    use_index: Sequence[str] = ()
    conflicts: bool = False
    execution_stats: bool = False

    @classmethod
    def from_json(cls, asked: Mapping[str, object]) -> Self:
        """Read a query. Raises QueryError."""
        if "selector" not in asked:
            raise QueryError("missing_required_key", "Missing required key: selector")
        if unknown := asked.keys() - _KNOWN:
            raise QueryError("invalid_key", f"Invalid key {min(unknown)[:80]} for this request.")
        if asked.get("partition"):
            raise QueryError("bad_request", "database is not partitioned")
        flags = {name: _flag(asked.get(name, False)) for name in _FLAGS}
        return cls(
            selector=Selector(asked["selector"]),
            sort=parse_sort(asked.get("sort", [])),
            fields=parse_fields(asked.get("fields", [])),
            limit=_count(asked.get("limit", DEFAULT_LIMIT)),
            skip=_count(asked.get("skip", 0)),
            bookmark=Bookmark.parse(asked.get("bookmark")),
            use_index=_use_index(asked.get("use_index")),
            conflicts=flags["conflicts"],
            execution_stats=flags["execution_stats"],
        )


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise QueryError(
            "invalid_non_neg_integer", f"{shown(value)} is not an integer greater than or equal to zero"
        )
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise QueryError("invalid_boolean", f"Invalid boolean value: {shown(value)}")
    return value


def _use_index(value: object) -> list[str]:
    if value is None or value == []:
        return []
    parts = value.removeprefix("_design/").split("/", 1) if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) > 2 or not all(isinstance(part, str) for part in parts):
        raise QueryError("invalid_index_name", f"Invalid index name: {shown(value)}")
    return [parts[0].removeprefix("_design/"), *parts[1:]]
