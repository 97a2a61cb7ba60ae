"""A certificate as it is given to a hub."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """The chain, leaf first (PEM), and the leaf's end."""

    chain: str
    not_after: datetime
