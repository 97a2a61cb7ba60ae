"""One revision of a document: `<generation>-<digest>`, as CouchDB writes it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Self

import orjson

from sync.errors import InvalidRevision

_LOCAL_REVISION = re.compile(r"0-([0-9]{1,18})")
_REVISION = re.compile(r"([1-9][0-9]{0,8})-([0-9A-Za-z_.+-]{1,64})")


class Revision(NamedTuple):
    """A revision. Its order (generation, then digest as text) is the one CouchDB's winner rule uses."""

    generation: int
    digest: str

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read `<generation>-<digest>`; raises InvalidRevision."""
        match = _REVISION.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InvalidRevision("Invalid rev format")
        return cls(int(match[1]), match[2])

    @classmethod
    def parse_local(cls, text: object) -> Self:
        """Read the revision of a local document, `0-<number>`; raises InvalidRevision."""
        match = _LOCAL_REVISION.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InvalidRevision("Invalid rev format")
        return cls(0, match[1])

    def __str__(self) -> str:
        """Write `<generation>-<digest>`."""
        return f"{self.generation}-{self.digest}"


# What CouchDB answers in the place of a revision once a local document is gone.
NO_REVISION: Final = Revision(0, "0")


class RevisionStatus(StrEnum):
    """What a store knows of a revision: its content, its deletion, or only that it was."""

    AVAILABLE = "available"
    DELETED = "deleted"
    MISSING = "missing"


def next_revision(
    parent: Revision | None,
    body: Mapping[str, object],
    *,
    deleted: bool,
    attachments: Sequence[tuple[str, str, str]] = (),
) -> Revision:
    """Derive the revision of an edit from what it says and from what it edits.

    The same edit of the same parent gives the same revision on every node, so that two nodes which
    receive it do not make a conflict of it. `attachments` gives name, type and digest of each. The digest
    is the first 32 hexadecimal digits of SHA-256 of canonical JSON; CouchDB and PouchDB each derive their
    own, and no reader may depend on how.
    """
    said = orjson.dumps(
        [deleted, None if parent is None else str(parent), dict(body), *sorted(attachments)],
        option=orjson.OPT_SORT_KEYS,
    )
    generation = 1 if parent is None else parent.generation + 1
    return Revision(generation, hashlib.sha256(said).hexdigest()[:32])
