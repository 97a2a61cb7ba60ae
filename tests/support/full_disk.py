"""A disk that takes nothing more, as the system tells a process: no file may grow, none be written."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


def fill_for(process_id: int) -> None:
    """Let a process write no file any more; what it holds it can read."""
    _, hard = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(process_id, resource.RLIMIT_FSIZE, (0, hard))


def make_room_for(process_id: int) -> None:
    """Let it write again."""
    _, hard = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(process_id, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def full_disk() -> Iterator[None]:
    """Let this process write no file during the block."""
    fill_for(0)
    try:
        yield
    finally:
        make_room_for(0)
