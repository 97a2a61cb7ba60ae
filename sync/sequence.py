"""Update sequences: opaque to clients, `<number>-<database identity>` to us.

The identity is drawn when a database is created. A client that carries a sequence to another node, or to
a database created again under the same name, therefore names an identity that is not this one's, and is
given everything from the start: repeated changes are harmless, a silent gap is not.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

from sync.errors import InvalidSequence

FROM_THE_START: Final = "0"

_SEQUENCE = re.compile(r"([0-9]{1,18})(?:-([0-9A-Za-z_=-]{1,4096}))?")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A position among the updates of one database."""

    number: int
    identity: str

    @classmethod
    def resume(cls, text: str, *, identity: str, current: int) -> Self:
        """Read a client's `since` for the database of this `identity`, whose last number is `current`.

        What this database cannot have given (another identity, a number to come, a bare number) starts
        again at 0. Raises InvalidSequence when the text is no sequence at all.
        """
        match = _SEQUENCE.fullmatch(text.strip('"'))
        if match is None:
            raise InvalidSequence("Malformed sequence supplied in 'since' parameter.")
        number = int(match[1])
        if match[2] != identity or number > current:
            number = 0
        return cls(number, identity)

    def __str__(self) -> str:
        """Write the opaque text that clients keep."""
        return f"{self.number}-{self.identity}"
