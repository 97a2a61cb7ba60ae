"""What a listing is asked for: CouchDB's options of a view, read from a query string and from a body.

https://docs.couchdb.org/en/stable/api/ddoc/views.html; `_all_docs`, `_design_docs`, `_local_docs` and
`_all_dbs` read the same ones. An option in the query string stands over the same one in the body.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from sync.all_docs import AllDocsQuery
from sync.errors import QueryParseError


class _Absent:
    """Stands for a key that was not given: null is a key like another."""


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class ListingOptions:
    """Options as asked. Keys are any JSON value; `keys` excludes the range."""

    keys: tuple[object, ...] | None = None
    start_key: object = ABSENT
    end_key: object = ABSENT
    inclusive_end: bool = True
    descending: bool = False
    skip: int = 0
    limit: int | None = None
    include_docs: bool = False
    conflicts: bool = False
    attachments: bool = False
    att_encoding_info: bool = False
    update_seq: bool = False

    def other_keys(self) -> dict[str, object]:
        """Return the keys asked for that are no strings, by what stands for them in `query`."""
        return {_identifier(key): key for key in self.keys or () if not isinstance(key, str)}

    @classmethod
    def read(cls, query: Mapping[str, str], body: Mapping[str, object] | None = None) -> "ListingOptions":
        """Read options. Raises QueryParseError."""
        asked: dict[str, Any] = {}
        for name, value in (body or {}).items():
            if (reader := _READERS.get(name)) is not None:
                asked |= reader(value)
        for name, text in query.items():
            if (reader := _READERS.get(name)) is not None:
                asked |= reader(_json(name, text) if name in _JSON_OPTIONS else text)
        options = cls(**asked)
        if options.keys and not (options.start_key is ABSENT and options.end_key is ABSENT):
            raise QueryParseError("`keys` is incompatible with `key`, `start_key` and `end_key`")
        return options

    def query(self) -> AllDocsQuery:
        """Return the listing by document id that answers.

        Ids are compared as bytes; as in CouchDB, a key that is no string comes before every id.
        """
        keys = None
        if self.keys is not None:
            named = [_identifier(key) for key in self.keys]
            keys = named[::-1] if self.descending else named
        last = self.start_key if self.descending else self.end_key
        before_every_id = last is not ABSENT and not isinstance(last, str)
        return AllDocsQuery(
            keys=keys,
            start_key=self.start_key if isinstance(self.start_key, str) else None,
            end_key=self.end_key if isinstance(self.end_key, str) else None,
            inclusive_end=self.inclusive_end,
            descending=self.descending,
            skip=self.skip,
            limit=0 if before_every_id and keys is None else self.limit,
            include_docs=self.include_docs,
        )


def _identifier(key: object) -> str:
    """Return the id that a key asks for: one that no document can have, when it is no string."""
    return key if isinstance(key, str) else "_" + orjson.dumps(key).decode()


def flag(value: object) -> bool:
    """Read a boolean option, itself or in text. Raises QueryParseError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise QueryParseError(f"Invalid boolean parameter: {_shown(value)}")


def count(value: object) -> int:
    """Read a whole number, itself or in text. Raises QueryParseError."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise QueryParseError(f"Invalid value for integer: {_shown(value)}")
    if text != digits and digits.strip("0"):
        raise QueryParseError(f"Invalid value for positive integer: {_shown(value)}")
    return int(digits)


def _keys(value: object) -> dict[str, object]:
    if not isinstance(value, list):
        raise QueryParseError("`keys` must be an array of strings.")
    return {"keys": tuple(value)}


def _flag(member: str) -> Callable[[object], dict[str, object]]:
    return lambda value: {member: flag(value)}


def _count(member: str) -> Callable[[object], dict[str, object]]:
    return lambda value: {member: count(value)}


def _start_key(value: object) -> dict[str, object]:
    return {"start_key": value}


def _end_key(value: object) -> dict[str, object]:
    return {"end_key": value}


_JSON_OPTIONS: Final = frozenset({"key", "keys", "startkey", "start_key", "endkey", "end_key"})
_READERS: Final[Mapping[str, Callable[[object], dict[str, object]]]] = {
    "key": lambda value: {"start_key": value, "end_key": value},
    "keys": _keys,
    "startkey": _start_key,
    "start_key": _start_key,
    "endkey": _end_key,
    "end_key": _end_key,
    "skip": _count("skip"),
    "limit": _count("limit"),
} | {
    member: _flag(member)
    for member in (
        "inclusive_end",
        "descending",
        "include_docs",
        "conflicts",
        "attachments",
        "att_encoding_info",
        "update_seq",
    )
}


def _json(name: str, text: str) -> object:
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise QueryParseError(f"Invalid JSON in parameter {name}") from error
    return value


def _shown(value: object) -> str:
    return orjson.dumps(value, default=str).decode()[:80]
