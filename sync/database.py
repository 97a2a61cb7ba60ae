"""A database seen from outside: its name and its figures."""

import re
from dataclasses import dataclass
from typing import Final

from sync.errors import DatabaseNameTooLong, InvalidDatabaseName

_NAME = re.compile(r"[a-z][a-z0-9_$()+/-]*")
# As CouchDB: the name of its file, with the suffix of a shard, must be one that a disk takes.
MAXIMUM_NAME_LENGTH: Final = 238


@dataclass(frozen=True, slots=True)
class DatabaseInformation:
    """What `GET /{db}` tells. `update_seq` and `purge_seq` are opaque; sizes are bytes."""

    name: str
    update_seq: str
    doc_count: int
    doc_del_count: int
    file_size: int
    active_size: int
    purge_seq: str = "0"
    compact_running: bool = False


def checked_name(name: str) -> str:
    """Return a usable database name; raises InvalidDatabaseName, DatabaseNameTooLong."""
    if len(name) > MAXIMUM_NAME_LENGTH:
        raise DatabaseNameTooLong(name)
    if _NAME.fullmatch(name) is None:
        raise InvalidDatabaseName(
            f"Name: '{name[:80]}'. Only lowercase characters (a-z), digits (0-9), and any of the characters "
            "_, $, (, ), +, -, and / are allowed. Must begin with a letter."
        )
    return name
