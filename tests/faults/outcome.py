"""How a schedule ended."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults.network import FAULTS

INJECTED = {
    "requests that failed, were repeated or came late": re.compile(
        rf".+ [A-Z]+ \S* ({'|'.join(FAULTS)})|.+ late [A-Z]+ \S*"
    ),
    "power losses": re.compile(r"\S+ lost power"),
    "kills": re.compile(r"\S+ killed after .*"),
    "full disks": re.compile(r"\S+ has \d+ bytes left"),
    "wrong clocks": re.compile(r"\S+ thinks it is .*"),
    "hubs replaced": re.compile("another hub"),
}
"""What a schedule does to its nodes, and the lines of the trace that say so."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was wrong in the end, and what happened on the way."""

    seed: int
    faults: list[str]
    trace: list[str]

    @property
    def injected(self) -> Mapping[str, int]:
        """Return how often each thing was done to the nodes."""
        return {
            what: sum(1 for line in self.trace if lines.fullmatch(line)) for what, lines in INJECTED.items()
        }

    @property
    def digest(self) -> str:
        """Return what two runs of one seed have in common when they are the same."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:16]
