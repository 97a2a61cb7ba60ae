"""Every statement that the engine sends to SQLite, as it sends it, and how SQLite would run it.

`RECORDER` listens to each connection of the process from its opening. A statement is the engine's when the
code that sent it is in `sync/embedded`; what tests ask by themselves is left aside.
"""

import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

import apsw
import apsw.ext

from sync.embedded.schema import DATABASE_SCHEMA, NODE_SCHEMA

_ENGINE: Final = str(Path("sync") / "embedded")
# An upgrade reads a whole database once: that is its work.
_ONCE: Final = "upgrade.py"
# One row each; the node's list of databases, read whole at the opening; the last thousand purges.
_SMALL: Final = frozenset({"state", "node", "databases", "purges"})


class Recorder:
    """The engine's statements, and the steps that SQLite's machine took for each."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._unchecked: set[str] = set()
        self.steps: dict[str, int] = {}
        apsw.connection_hooks.append(self._listen)

    def full_scans(self) -> list[str]:
        """Return what is wrong in the plans of the statements first seen since the last call."""
        statements, self._unchecked = self._unchecked, set()
        connection = apsw.Connection(":memory:")
        connection.execute(DATABASE_SCHEMA + NODE_SCHEMA)
        found = [
            f"{detail} in: {statement}"
            for statement in sorted(statements)
            for detail in _plan(connection, statement)
            if _is_whole(detail)
        ]
        connection.close()
        return found

    def _listen(self, connection: apsw.Connection) -> None:
        connection.trace_v2(apsw.SQLITE_TRACE_STMT | apsw.SQLITE_TRACE_PROFILE, self._note)

    def _note(self, event: dict[str, Any]) -> None:
        statement = event["sql"]
        if event["code"] == apsw.SQLITE_TRACE_PROFILE:
            taken = event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]
            self.steps[statement] = max(taken, self.steps.get(statement, 0))
        elif statement not in self._seen and _is_engines(sys._getframe(1)):
            self._seen.add(statement)
            self._unchecked.add(statement)


def _is_engines(sender: FrameType | None) -> bool:
    name = "" if sender is None else sender.f_code.co_filename
    return _ENGINE in name and "tests" not in name and not name.endswith(_ONCE)


def _plan(connection: apsw.Connection, statement: str) -> list[str]:
    if not statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
        return []
    asked = f"EXPLAIN QUERY PLAN {statement}"
    nothing = (None,) * apsw.ext.query_info(connection, asked).bindings_count
    return [str(row[-1]) for row in connection.execute(asked, nothing)]


def _is_whole(detail: str) -> bool:
    """Tell whether a step of a plan reads a whole table or index, or sorts."""
    words = detail.split()
    if words[0] == "SCAN":
        return words[1] not in _SMALL and "VIRTUAL TABLE" not in detail and "CONSTANT ROW" not in detail
    return "TEMP B-TREE" in detail or "AUTOMATIC" in detail


RECORDER: Final = Recorder()
