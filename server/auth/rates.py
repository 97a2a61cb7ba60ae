"""How often one address may do something on a page that anybody reaches; kept in memory, and as digests only.

The digests are keyed with bytes drawn when the process starts: they say nothing outside it, nor after it.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock
from typing import Final

HOUR_S: Final = 3600.0
MOST_ADDRESSES: Final = 20_000
"""Beyond, those that did something longest ago are forgotten: a flood of addresses takes no memory."""


class AddressRate:
    """At most ``per_hour`` of something for one address; ``monotonic_s`` is a clock that no setting moves.

    Of IPv6 the first 64 bits count: one household or one phone has all that follows.
    """

    def __init__(self, per_hour: int, monotonic_s: Callable[[], float]) -> None:
        self._per_hour = per_hour
        self._monotonic_s = monotonic_s
        self._key = secrets.token_bytes(32)
        self._seen: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, address: str) -> int:
        """Return the seconds until one more is let through; 0 when it is now. Counts nothing."""
        with self._lock:
            return self._wait_s(self._seen.get(self._digest(address), deque()), self._monotonic_s())

    def charge(self, address: str) -> int:
        """Count one, unless a wait is running; return the seconds to wait, 0 when it was counted."""
        digest, now = self._digest(address), self._monotonic_s()
        with self._lock:
            instants = self._seen.setdefault(digest, deque())
            wait_s = self._wait_s(instants, now)
            if wait_s == 0:
                instants.append(now)
                self._seen.move_to_end(digest)
                while len(self._seen) > MOST_ADDRESSES:
                    self._seen.popitem(last=False)
            return wait_s

    def _wait_s(self, instants: "deque[float]", now: float) -> int:
        while instants and instants[0] <= now - HOUR_S:
            instants.popleft()
        return 0 if len(instants) < self._per_hour else max(1, ceil(instants[0] + HOUR_S - now))

    def _digest(self, address: str) -> bytes:
        return hmac.new(self._key, _prefix(address).encode(), hashlib.sha256).digest()


def _prefix(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(int(parsed) >> 64)
    return str(parsed)
