"""How a schedule ended."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was wrong in the end, and what happened on the way."""

    seed: int
    faults: list[str]
    trace: list[str]

    @property
    def digest(self) -> str:
        """Return what two runs of one seed have in common when they are the same."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:16]
