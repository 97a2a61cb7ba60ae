"""The least that speaks to a CouchDB: prepared requests over one kept connection, from this process.

What is measured is the server; the client's own work is done before the clock starts.
"""

import base64
import http.client
import json
import os
import socket
import statistics
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.sync.envelopes import envelope


@dataclass(frozen=True)
class Peer:
    """A CouchDB of any make: its name in the report, where it listens, and its administrator."""

    name: str
    url: str
    administrator: tuple[str, str]

    @property
    def authorization(self) -> str:
        """The header that names the administrator (RFC 7617)."""
        return "Basic " + base64.b64encode(":".join(self.administrator).encode()).decode()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or 5984


class Client:
    """One kept connection to a peer."""

    def __init__(self, peer: Peer) -> None:
        self._connection = http.client.HTTPConnection(*peer.address, timeout=120)
        self._headers = {"authorization": peer.authorization, "content-type": "application/json"}

    def send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Send a request; return the answer's body. Raises RuntimeError for a status of 400 or more."""
        self._connection.request(method, path, body, self._headers)
        response = self._connection.getresponse()
        told = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {told[:200]!r}")
        return told

    def get(self, path: str) -> Any:
        """Return what an address answers, as JSON."""
        return json.loads(self.send("GET", path))

    def new_database(self, name: str) -> str:
        """Create a database, after what an earlier run left of it; return its path."""
        self._connection.request("DELETE", f"/{name}", headers=self._headers)
        self._connection.getresponse().read()
        self.send("PUT", f"/{name}")
        return f"/{name}"

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def couchdb() -> Peer | None:
    """Return the CouchDB that COUCHDB_URL names (http://user:password@host:port), or None."""
    url = os.environ.get("COUCHDB_URL")
    if not url:
        return None
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.hostname}:{parts.port or 5984}"
    return Peer("CouchDB", address, (parts.username or "", parts.password or ""))


def documents(first: int, count: int, *, ordered: bool, characters: int = 2000) -> list[dict[str, Any]]:
    """Return envelopes of 2 kB; ids either rise with time or are the digests that they are in Escale."""
    made: list[dict[str, Any]] = [
        envelope(number, characters=characters) for number in range(first, first + count)
    ]
    if ordered:
        for number, document in enumerate(made, start=first):
            document["_id"] = f"{number:016x}{document['_id'][17:]}"
    return made


def bulk_bodies(first: int, count: int, batch: int, *, ordered: bool) -> list[bytes]:
    """Return the bodies of `_bulk_docs` that write `count` documents, `new_edits` false."""
    return [
        json.dumps(
            {"docs": documents(start, min(batch, first + count - start), ordered=ordered), "new_edits": False}
        ).encode()
        for start in range(first, first + count, batch)
    ]


def write_rate(peer: Peer, count: int, batch: int, *, ordered: bool) -> float:
    """Return documents a second through `_bulk_docs`, one client, one batch after another."""
    client = Client(peer)
    database = client.new_database("bench-writes")
    bodies = bulk_bodies(0, count, batch, ordered=ordered)
    started = time.perf_counter()
    for body in bodies:
        told = client.send("POST", f"{database}/_bulk_docs", body)
        if told.strip() != b"[]":
            raise RuntimeError(f"documents were refused: {told[:200]!r}")
    rate = count / (time.perf_counter() - started)
    client.send("DELETE", database)
    client.close()
    return rate


def percentiles(milliseconds: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    cuts = statistics.quantiles(milliseconds, n=20)
    return statistics.median(milliseconds), cuts[18]
