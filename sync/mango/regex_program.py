"""A regular expression as a program: positions, and what leads from one to another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias

from sync.mango.failures import QueryError

MAXIMUM_POSITIONS: Final = 2000


class Assertion(Enum):
    """What must hold at a position, without reading a character."""

    START = auto()
    END = auto()
    VERY_END = auto()
    LINE_START = auto()
    LINE_END = auto()
    BOUNDARY = auto()
    NO_BOUNDARY = auto()


Accepts: TypeAlias = Callable[[str], bool]


class Move(NamedTuple):
    """Reads one character that `accepts` accepts, and goes on at `target`."""

    accepts: Accepts
    target: int


class Jump(NamedTuple):
    """Goes on at `target` without reading, where `assertion` holds."""

    assertion: Assertion | None
    target: int


@dataclass(slots=True)
class Program:
    """Position 0 is the start; for each position, the moves and jumps that leave it."""

    moves: list[list[Move]] = field(default_factory=list)
    jumps: list[list[Jump]] = field(default_factory=list)
    accepting: int = -1

    def position(self) -> int:
        """Add a position. Raises QueryError past the bound."""
        if len(self.moves) >= MAXIMUM_POSITIONS:
            raise refused("it is too large once its repetitions are written out")
        self.moves.append([])
        self.jumps.append([])
        return len(self.moves) - 1


@dataclass(frozen=True, slots=True)
class One:
    """One character."""

    accepts: Accepts


@dataclass(frozen=True, slots=True)
class At:
    """An assertion."""

    assertion: Assertion


@dataclass(frozen=True, slots=True)
class All:
    """Parts one after the other."""

    parts: "Sequence[Node]"


@dataclass(frozen=True, slots=True)
class Any:
    """One of several ways."""

    ways: "Sequence[Node]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part `least` to `most` times (None: without end)."""

    part: "Node"
    least: int
    most: int | None


Node: TypeAlias = One | At | All | Any | Repeat


def write(program: Program, node: Node, start: int) -> int:
    """Add the positions of a node that begins at `start`; return where it ends."""
    match node:
        case One(accepts):
            end = program.position()
            program.moves[start].append(Move(accepts, end))
            return end
        case At(assertion):
            end = program.position()
            program.jumps[start].append(Jump(assertion, end))
            return end
        case All(parts):
            for part in parts:
                start = write(program, part, start)
            return start
        case Any(ways):
            end = program.position()
            for way in ways:
                first = program.position()
                program.jumps[start].append(Jump(None, first))
                program.jumps[write(program, way, first)].append(Jump(None, end))
            return end
        case Repeat():
            return _write_repeat(program, node, start)


def _write_repeat(program: Program, node: Repeat, start: int) -> int:
    for _ in range(node.least):
        start = write(program, node.part, start)
    end = program.position()
    if node.most is None:
        loop = program.position()
        program.jumps[start].append(Jump(None, loop))
        program.jumps[loop].append(Jump(None, end))
        program.jumps[write(program, node.part, loop)].append(Jump(None, loop))
        return end
    program.jumps[start].append(Jump(None, end))
    for _ in range(node.most - node.least):
        start = write(program, node.part, start)
        program.jumps[start].append(Jump(None, end))
    return end


def refused(why: str) -> QueryError:
    """Return the error of an expression that is not run."""
    return QueryError("bad_arg", f"Bad argument for operator $regex: {why}.")
