"""A road between a tablet and nodes: a TCP forwarder that counts, leads elsewhere, breaks or goes silent.

One name, two nodes: the resolver rules of a browser are fixed at its start, the road behind the name is not.
"""

import socket
import ssl
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeAlias

Address: TypeAlias = tuple[str, int]

_RESET = struct.pack("ii", 1, 0)
"""``SO_LINGER`` so that closing resets: what a route that is gone looks like."""
_PIECE = 65_536


class Road:
    """Forwards what comes to ``port`` of the loopback; ``to`` is where it leads, None nowhere.

    ``up`` and ``down`` are the bytes that passed, from and to whoever connects. With ``tls`` the road ends
    TLS, as a proxy before a server does, and counts what is inside.
    """

    def __init__(self, to: Address | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.up = 0
        self.down = 0
        self._to = to
        self._tls = tls
        self._silent = False
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def lead(self, to: Address | None) -> None:
        """Lead elsewhere: connections under way are reset, new ones go there; None refuses them."""
        with self._changed:
            self._to = to
            self._silent = False
            former, self._open = self._open, set()
            self._changed.notify_all()
        for connection in former:
            _reset(connection)

    def silence(self) -> None:
        """Carry nothing more, and tell nobody: connections stay open, as where coverage ends."""
        with self._changed:
            self._silent = True

    def close(self) -> None:
        """Refuse what comes, and reset what is there."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.lead(None)
        self._accepting.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with self._changed:
            to = self._to
        try:
            if to is None:
                raise ConnectionRefusedError
            if self._tls is not None:
                near.settimeout(10)
                near = self._tls.wrap_socket(near, server_side=True)
                near.settimeout(None)
            far = socket.create_connection(to, timeout=5)
            far.settimeout(None)
        except OSError:
            _reset(near)
            return
        with self._changed:
            if self._to != to:  # the road was changed meanwhile
                _reset(near)
                _reset(far)
                return
            self._open |= {near, far}
        down = threading.Thread(target=self._pass, args=(far, near, "down"), daemon=True)
        down.start()
        self._pass(near, far, "up")
        down.join()
        for end in (near, far):
            end.close()
        with self._changed:
            self._open -= {near, far}

    def _pass(self, source: socket.socket, target: socket.socket, way: str) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                with self._changed:
                    # A way that went silent says nothing until it leads somewhere again, which resets it.
                    self._changed.wait_for(lambda: not self._silent or source not in self._open)
                    setattr(self, way, getattr(self, way) + len(piece))
                target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # Shutting down wakes who waits on it; closing, then, resets.
        connection.shutdown(socket.SHUT_RD)
    with suppress(OSError):
        connection.close()
