"""Where a CouchDB is and who administers it; the password never leaves but in a request."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit, urlunsplit


class BadAddress(ValueError):
    """Not the address of a CouchDB with its administrator; the message never holds the address."""


@dataclass(frozen=True, slots=True)
class Address:
    """`scheme://host:port/path`, and the administrator's name and password."""

    root: str
    user: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `http(s)://USER:PASSWORD@HOST:PORT`, percent-encoded. Raises BadAddress."""
        try:
            parts = urlsplit(text.strip())
            port = parts.port
        except ValueError:
            # Its message may quote a piece of the password.
            raise BadAddress("not a URL") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadAddress("expected http(s)://USER:PASSWORD@HOST:PORT")
        if not parts.username or not parts.password:
            raise BadAddress("the administrator's name and password are missing")
        if parts.query or parts.fragment:
            raise BadAddress("nothing may follow the path")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        place = host if port is None else f"{host}:{port}"
        root = urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
        return cls(root, unquote(parts.username), unquote(parts.password))

    def __str__(self) -> str:
        """Write the address without its administrator: for logs and messages."""
        return self.root
