"""A report as it is frozen: canonical JSON text, from which its files are made and its hash is taken.

No name of a person who came, no answer of one: counts only. Who froze it is a coordinator.
"""

import hashlib
from datetime import date, datetime
from typing import Any

import msgspec

from server.report.tables import Table

SCHEMA = "escale-report/1"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a report says. ``scope``: ids, as data; ``perimeter``: the same in words.

    ``threshold``: counts under it are hidden (exports to third parties); None: all are exact.
    ``clinical_only``: it tells what administrative coordinators do not see (``view``).
    ``extracted_at``: when the figures were counted, and the report frozen.
    """

    schema: str = SCHEMA
    title: str
    organization: str
    first_day: date
    last_day: date
    scope: dict[str, Any]
    perimeter: tuple[tuple[str, str], ...]
    extracted_at: datetime
    frozen_by: str
    threshold: int | None
    clinical_only: bool = False
    rule: str
    tables: tuple[Table, ...]


def body_of(document: Document) -> str:
    """Return the canonical text: members in order of their names, no white space, UTF-8."""
    return msgspec.json.encode(document, order="deterministic").decode()


def read_body(body: str) -> Document:
    """Read a canonical text back."""
    return msgspec.json.decode(body, type=Document)


def digest_of(body: str) -> str:
    """Return the SHA-256 of a body's UTF-8 bytes."""
    return hashlib.sha256(body.encode()).hexdigest()
