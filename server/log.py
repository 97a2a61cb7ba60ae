"""Logging that cannot leak a patient: messages are fixed texts, fields come from an allow-list."""

import json
import logging
import sys
from typing import Any

ALLOWED_FIELDS = frozenset(
    {
        "database",
        "document",
        "envelope",
        "device",
        "slot",
        "team",
        "stop",
        "reason",
        "count",
        "seconds",
        "status",
        "method",
        "route",
        "error",
        "origin",
        "instance",
        "port",
    }
)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, and the allowed fields given in ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record; an exception is named by its type only, since its text may quote an input."""
        line: dict[str, Any] = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({name: record.__dict__[name] for name in ALLOWED_FIELDS if name in record.__dict__})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    """Send every logger to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
