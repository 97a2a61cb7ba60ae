"""Connections, guarded before any request is read: how many, how silent, how large a request's head.

uvicorn bounds none of these. An address that anybody can reach must: a connection costs memory and a file
of the process, whoever opened it.
"""

import asyncio
import logging
import resource
from collections import OrderedDict
from typing import Any, ClassVar, Final

import orjson
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

log = logging.getLogger("sync.http")

HEAD_BYTES: Final = 64 * 1024
HEAD_S: Final = 30.0
LINGER_S: Final = 2.0
STALLED_WRITE_S: Final = 120.0
MAXIMUM_CONNECTIONS: Final = 10_000
MAXIMUM_BACKLOG: Final = 2048
UNLIMITED_FILES: Final = 1_000_000
# Files that the store, the log and the event loop need besides connections.
RESERVED_FILES: Final = 512

# A colon, a space and the end of the line.
_BESIDE_A_HEADER: Final = 4


def open_files() -> int:
    """Return how many files this process may hold open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED_FILES if files == resource.RLIM_INFINITY else files


def backlog(files: int) -> int:
    """Return how many connections may wait to be accepted, all of which are then accepted at once."""
    return max(1, min(MAXIMUM_BACKLOG, files // 8))


def connection_limit(files: int) -> int:
    """Return how many connections this process can hold: what its file limit leaves, within reason.

    Two backlogs are kept free: one that is accepted at once, one that is being closed to make room. asyncio
    must never be refused a file, for it then logs an error for each place in the backlog.
    """
    reserved = min(RESERVED_FILES, files // 4)
    return max(1, min(MAXIMUM_CONNECTIONS, files - reserved - 2 * backlog(files)))


class _HeadTooLarge(Exception):
    """The request line and headers are over HEAD_BYTES."""


class GuardedProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with bounds; `uvicorn.Config(http=GuardedProtocol)`.

    A connection must send a whole head within HEAD_S of its opening, or of the first byte after an answer,
    and read what is sent to it. Past `connection_limit`, a new connection takes the place of the one that
    has been without a request for longest; when all have one, it is refused (503).
    """

    _idle: ClassVar[OrderedDict["GuardedProtocol", None]] = OrderedDict()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_bytes = 0
        self._parsed_bytes = 0
        self._head_is_too_large = False
        self._is_refused = False
        self._is_in_message = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, another's place, or refuse it."""
        super().connection_made(transport)
        files = open_files()
        over = len(self.connections) - connection_limit(files)
        if over > backlog(files) // 2:
            # So many are being refused that there is no place left to say so.
            transport.abort()
            return
        if over > 0 and not self._take_place():
            self._refuse(503, "service_unavailable", "This node has as many connections as it can hold.")
            return
        self._await_head()

    def eof_received(self) -> None:
        """Close, once the client has nothing more to say."""
        if self._is_refused:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._idle.pop(self, None)
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read, while the head stays within its bounds."""
        if self._is_refused or self.transport.is_closing():
            return
        if self._has_no_request:
            self._await_head()
        if not self._is_in_message:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_in_message and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._refuse_head()

    def on_url(self, url: bytes) -> None:
        """Read a part of the request's address."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Read a header."""
        super().on_header(name, value)
        self._count(len(name) + len(value) + _BESIDE_A_HEADER)

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._is_in_message = True
        self._idle.pop(self, None)
        self._end_head()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request, which may have been answered before its end."""
        self._is_in_message = False
        self._end_head()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin the next request, or wait for one."""
        super().on_response_complete()
        if self._has_no_request and not self.transport.is_closing():
            self._idle[self] = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or too much of it, as CouchDB answers errors."""
        if self._head_is_too_large:
            self._refuse_head()
        else:
            self._refuse(400, "bad_request", msg)

    def pause_writing(self) -> None:
        """Give the client some time to read."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(STALLED_WRITE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    @property
    def _has_no_request(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._idle[self] = None
            self._head_timer = self.loop.call_later(HEAD_S, self._head_is_late)

    def _end_head(self) -> None:
        self._head_bytes = self._parsed_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if self._head_bytes:
            self._refuse(408, "timeout", "The request did not arrive within a reasonable time.")
        else:
            self.transport.abort()

    def _count(self, size: int) -> None:
        self._parsed_bytes += size
        if self._parsed_bytes > HEAD_BYTES:
            # The parser is told by an exception; what it then makes of it is answered as what it is.
            self._head_is_too_large = True
            raise _HeadTooLarge

    def _take_place(self) -> bool:
        """Close the connection that has been idle for longest; False when every one has a request."""
        for other in self._idle:
            if other is not self and other.connections is self.connections:
                other.transport.abort()
                self._idle.pop(other, None)
                self.connections.discard(other)
                return True
        return False

    def _refuse_head(self) -> None:
        self._refuse(431, "request_head_too_large", f"The request's head is over {HEAD_BYTES} bytes.")

    def _refuse(self, status: int, error: str, reason: str) -> None:
        """Say why, and close; once, whatever else is found wrong with the same bytes."""
        if self._is_refused:
            return
        self._stop_timers()
        body = orjson.dumps({"error": error, "reason": reason}) + b"\n"
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(
            body
        )
        self.transport.write(STATUS_LINE[status] + head + body)
        self._is_refused = True
        # Closed at once, with bytes of the client's not yet read, its answer could be lost on the way.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._head_timer = self.loop.call_later(LINGER_S, self.transport.abort)

    def _stop_timers(self) -> None:
        for timer in (self._head_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        self._head_timer = self._write_timer = None
