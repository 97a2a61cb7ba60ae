"""Identifiers that central draws: opaque, random, and recognisable by their shape (wire §3.3, §4, §5)."""

import hashlib
import re
import secrets
import uuid

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_uuid() -> str:
    """Return a random UUID, 36 lower-case characters."""
    return str(uuid.uuid4())


def is_uuid(text: str) -> bool:
    """Whether a text has the shape of a UUID of ours."""
    return _UUID.fullmatch(text) is not None


def new_database_name() -> str:
    """Return a database name that says nothing of team or period: ``t`` and 32 hexadecimal digits."""
    return "t" + secrets.token_hex(16)


def role_of(database: str) -> str:
    """Return the role that lets a device's token replicate a database (wire §5)."""
    return f"team:{database}"


def new_secret() -> str:
    """Return 32 random bytes as 43 base64url characters: a card's or a session's secret."""
    return secrets.token_urlsafe(32)


def sha256_hex(text: str) -> str:
    """Return the lower-case hexadecimal SHA-256 of the UTF-8 bytes of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()


def central_document_id(document_type: str, key: str) -> str:
    """Return the id of the central document of this type and key (wire §4).

    People's begin with ``p``: there are many, read by key and never listed.
    """
    prefix = "p" if document_type in ("person", "people") else "c"
    return prefix + sha256_hex(f"{document_type}:{key}")[:40]
