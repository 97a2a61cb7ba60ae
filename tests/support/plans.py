"""The plans of every statement that some code runs: which tables are read from end to end."""

import json
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event
from sqlmodel import Session

from server.store.database import Store

_SCAN = re.compile(r"^SCAN (\w+)")


def scanned(store: Store, run: Callable[[Session], object]) -> set[str]:
    """Run something in a session; return the tables that its statements read whole.

    PostgreSQL reads a small table whole by choice: it is told not to wherever there is another way.
    """
    statements: list[tuple[str, Any]] = []

    def note(
        _connection: Connection, _cursor: Any, text: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if not many and text.lstrip().upper().startswith(("SELECT", "DELETE", "UPDATE")):
            statements.append((text, parameters))

    with store.session() as session:
        connection = session.connection()
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        event.listen(store.engine, "before_cursor_execute", note)
        try:
            run(session)
        finally:
            event.remove(store.engine, "before_cursor_execute", note)
        explain = _postgresql if postgresql else _sqlite
        return {table for text, parameters in statements for table in explain(connection, text, parameters)}


def _sqlite(connection: Connection, text: str, parameters: Any) -> set[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters)
    return {match[1] for row in rows if (match := _SCAN.match(row[3]))}


def _postgresql(connection: Connection, text: str, parameters: Any) -> set[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", parameters)
    plan = rows.scalar_one()
    return set(_whole((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]))


def _whole(node: dict[str, Any]) -> list[str]:
    here = [node["Relation Name"]] if node["Node Type"] == "Seq Scan" else []
    return here + [table for child in node.get("Plans", []) for table in _whole(child)]
