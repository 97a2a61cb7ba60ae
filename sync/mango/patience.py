"""How long judging may take: set for the thread that judges, looked at wherever it may be for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from time import monotonic

from sync.errors import RequestTimeout

_DEADLINE: ContextVar[float] = ContextVar("mango_deadline", default=inf)


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Judge no longer than this (`time.monotonic`)."""
    token = _DEADLINE.set(deadline)
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def require_time() -> None:
    """Raise RequestTimeout once the time is over."""
    if monotonic() > _DEADLINE.get():
        raise RequestTimeout("The query takes too long: ask for fewer documents, or for something simpler.")
