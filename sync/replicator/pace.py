"""How much to ask for at once, and how long to wait after a failure."""

from dataclasses import dataclass
from typing import Final

LONGEST_DELAY_S: Final = 60.0
_FIRST_DELAY_S: Final = 0.5
_MAX_DOUBLINGS: Final = 10


@dataclass(slots=True)
class AdaptiveSize:
    """A number that is halved when a peer cannot cope, and grows again by a quarter with each success."""

    current: int
    largest: int
    smallest: int = 1

    def shrink(self, tried: int | None = None) -> bool:
        """Halve, from what was `tried` if that was less; False when it was the smallest already."""
        tried = self.current if tried is None else min(tried, self.current)
        self.current = max(self.smallest, tried // 2)
        return tried > self.smallest

    def grow(self, used: int) -> None:
        """Note that `used` at once went well: of less than was allowed it proves nothing."""
        if used >= self.current:
            self.current = min(self.largest, self.current + max(1, self.current // 4))


class Pace:
    """The sizes of one replication's requests: changes, documents and bytes."""

    def __init__(self, changes: int, documents: int) -> None:
        self.changes = AdaptiveSize(changes, max(changes, 1000))
        self.documents = AdaptiveSize(documents, max(documents, 1000))
        self.bytes = AdaptiveSize(4 * 1024 * 1024, 16 * 1024 * 1024, 64 * 1024)

    def shrink(self) -> None:
        """Ask for less of everything: the peer did not answer in time."""
        self.changes.shrink()
        self.documents.shrink()
        self.bytes.shrink()


def delay_s(failures: int, chance: float) -> float:
    """Return how long to wait after so many failures in a row: doubling, bounded, spread by `chance`.

    `chance` is drawn from 0 to 1; without it, tablets that a node's restart cut off would all come back
    at the same instant.
    """
    longest: float = min(LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** min(failures - 1, _MAX_DOUBLINGS))
    return longest * (0.5 + chance / 2)
