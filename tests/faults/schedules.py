"""Playing the schedule of a seed: in this process, or, of some seeds, with processes that are killed."""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.faults import killed, week
from tests.faults.outcome import Outcome

KILLED_EVERY: Final = 25
_LONGEST_S: Final = 180.0
_MEMORY: Final = Path("/dev/shm")


def has_processes(seed: int) -> bool:
    """Whether the nodes of this seed are processes, killed at instants that no seed decides."""
    return seed % KILLED_EVERY == 0


def play(seed: int, *, lying_disks: bool = False) -> Outcome:
    """Play one schedule on files of its own."""
    # What a disk without power makes the engine log is what was asked for.
    logging.disable(logging.CRITICAL)
    # SQLite, closing a file of a disk without power, fails twice at once, which apsw can only tell so.
    told, sys.unraisablehook = sys.unraisablehook, lambda _: None
    # Files in memory where there are any: what a power cut takes is decided by the disk of tests.faults.
    place = _MEMORY if _MEMORY.is_dir() else None
    try:
        with tempfile.TemporaryDirectory(dir=place) as directory:
            return asyncio.run(_play(seed, Path(directory), lying_disks=lying_disks))
    finally:
        logging.disable(logging.NOTSET)
        sys.unraisablehook = told


async def _play(seed: int, directory: Path, *, lying_disks: bool) -> Outcome:
    part = (
        killed.play(seed, directory)
        if has_processes(seed)
        else week.play(seed, directory, lying_disks=lying_disks)
    )
    try:
        return await asyncio.wait_for(part, _LONGEST_S)
    except TimeoutError:
        return Outcome(seed, [f"no end after {_LONGEST_S:.0f} s"], [])
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is this schedule's fault, with its seed
        return Outcome(seed, [f"{type(error).__name__}: {error}"], [])
