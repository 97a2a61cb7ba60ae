"""The syntax of `$regex`, read into a program of positions, moves and jumps.

The part of PCRE that describes a regular language: literals, `.`, classes, escapes, groups, `|`, the
quantifiers (lazy ones match the same texts), `^ $ \\A \\z \\Z \\b \\B`, and the flags `i`, `s`, `m` in
front. What needs backtracking (references, look-around, atomic groups, possessive quantifiers) is refused
by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias

from sync.mango.failures import QueryError

MAXIMUM_LENGTH: Final = 1000
MAXIMUM_POSITIONS: Final = 2000
MAXIMUM_DEPTH: Final = 50


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
            raise _refused("it is too large once its repetitions are written out")
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

_CLASSES: Final[dict[str, Accepts]] = {
    "d": str.isdecimal,
    "w": lambda character: character.isalnum() or character == "_",
    "s": str.isspace,
}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "e": "\x1b", "a": "\a", "0": "\0"}
_ASSERTIONS: Final = {
    "A": Assertion.START,
    "z": Assertion.VERY_END,
    "Z": Assertion.END,
    "b": Assertion.BOUNDARY,
    "B": Assertion.NO_BOUNDARY,
}
_POSIX: Final[dict[str, Accepts]] = {
    "alpha": str.isalpha,
    "digit": str.isdecimal,
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": str.isspace,
}


def parse(expression: str) -> Program:
    """Read an expression. Raises QueryError."""
    if len(expression) > MAXIMUM_LENGTH:
        raise _refused(f"it is longer than {MAXIMUM_LENGTH} characters")
    node = _Parser(expression).whole()
    program = Program()
    program.accepting = _write(program, node, program.position())
    return program


def _write(program: Program, node: Node, start: int) -> int:
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
                start = _write(program, part, start)
            return start
        case Any(ways):
            end = program.position()
            for way in ways:
                first = program.position()
                program.jumps[start].append(Jump(None, first))
                program.jumps[_write(program, way, first)].append(Jump(None, end))
            return end
        case Repeat():
            return _write_repeat(program, node, start)


def _write_repeat(program: Program, node: Repeat, start: int) -> int:
    for _ in range(node.least):
        start = _write(program, node.part, start)
    end = program.position()
    if node.most is None:
        loop = program.position()
        program.jumps[start].append(Jump(None, loop))
        program.jumps[loop].append(Jump(None, end))
        program.jumps[_write(program, node.part, loop)].append(Jump(None, loop))
        return end
    program.jumps[start].append(Jump(None, end))
    for _ in range(node.most - node.least):
        start = _write(program, node.part, start)
        program.jumps[start].append(Jump(None, end))
    return end


class _Parser:
    """Recursive descent over one expression."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self._at = 0
        self._depth = 0
        self._flags = ""

    def whole(self) -> Node:
        """Read flags in front, then everything."""
        if self._text.startswith("(?") and ")" in self._text:
            flags = self._text[2 : self._text.index(")")]
            if flags and set(flags) <= set("ism"):
                self._flags, self._at = flags, len(flags) + 3
        node = self._ways()
        if self._at < len(self._text):
            raise _refused("a parenthesis closes nothing")
        return node

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        taken = self._next()
        if not taken:
            raise _refused("it ends too early")
        self._at += 1
        return taken

    def _ways(self) -> Node:
        ways = [self._sequence()]
        while self._next() == "|":
            self._take()
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else Any(ways)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._quantified(self._atom()))
        return All(parts)

    def _quantified(self, node: Node) -> Node:
        if (bounds := self._bounds()) is None:
            return node
        if isinstance(node, At):
            raise _refused("an assertion cannot be repeated")
        if self._next() == "+":
            raise _refused("possessive quantifiers are not supported")
        if self._next() == "?":
            self._take()
        if self._bounds() is not None:
            raise _refused("a quantifier repeats a quantifier")
        return Repeat(node, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        sign = self._next()
        if sign in ("*", "+", "?"):
            self._take()
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        if sign != "{":
            return None
        inside = self._text[self._at + 1 :].partition("}")[0]
        least, comma, most = inside.partition(",")
        if not _is_count(least) or not (most == "" or _is_count(most)):
            return None
        self._at += len(inside) + 2
        if not comma:
            return int(least), int(least)
        if most and int(most) < int(least):
            raise _refused("a repetition's bounds are out of order")
        return int(least), int(most) if most else None

    def _atom(self) -> Node:
        taken = self._take()
        if taken == "(":
            return self._group()
        if taken == "[":
            return One(self._class())
        if taken == "\\":
            return self._escape()
        if taken in "*+?":
            raise _refused("a quantifier repeats nothing")
        if taken == ".":
            return One(_anything if "s" in self._flags else _anything_but_newline)
        if taken == "^":
            return At(Assertion.LINE_START if "m" in self._flags else Assertion.START)
        if taken == "$":
            return At(Assertion.LINE_END if "m" in self._flags else Assertion.END)
        return One(self._literal(taken))

    def _group(self) -> Node:
        if self._next() == "?":
            if self._text[self._at : self._at + 2] != "?:":
                raise _refused(f"({self._text[self._at : self._at + 3]} is not supported")
            self._at += 2
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise _refused(f"its groups are nested more than {MAXIMUM_DEPTH} deep")
        node = self._ways()
        if self._next() != ")":
            raise _refused("a parenthesis is not closed")
        self._take()
        self._depth -= 1
        return node

    def _escape(self) -> Node:
        taken = self._take()
        if taken in _ASSERTIONS:
            return At(_ASSERTIONS[taken])
        found = self._escaped_class(taken)
        return One(self._literal(self._escaped_character(taken)) if found is None else found)

    @staticmethod
    def _escaped_class(letter: str) -> Accepts | None:
        accepts = _CLASSES.get(letter.lower())
        if accepts is None:
            return None
        return accepts if letter.islower() else _negated(accepts)

    def _escaped_character(self, letter: str) -> str:
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter == "x":
            return self._code_point()
        if letter.isascii() and letter.isalnum():
            raise _refused(f"\\{letter} is not supported")
        return letter

    def _code_point(self) -> str:
        if self._next() == "{":
            digits = self._text[self._at + 1 :].partition("}")[0]
            self._at += len(digits) + 2
        else:
            digits = self._text[self._at : self._at + 2]
            self._at += 2
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError) as error:
            raise _refused("\\x needs a code point in hexadecimal") from error

    def _literal(self, character: str) -> Accepts:
        if "i" in self._flags:
            folded = character.lower()
            return lambda read: read.lower() == folded
        return character.__eq__

    def _class(self) -> Accepts:
        negated = self._next() == "^"
        if negated:
            self._take()
        members: list[Accepts] = []
        while self._next() != "]" or not members:
            members.append(self._class_member())
        self._take()
        accepts = _one_of(members)
        return _negated(accepts) if negated else accepts

    def _class_member(self) -> Accepts:
        if self._text.startswith("[:", self._at):
            name = self._text[self._at + 2 :].partition(":]")[0]
            if name not in _POSIX:
                raise _refused(f"the class [:{name[:20]}:] is not supported")
            self._at += len(name) + 4
            return _POSIX[name]
        first = self._class_character()
        if not isinstance(first, str):
            return first
        if self._next() != "-" or self._text[self._at + 1 : self._at + 2] in ("]", ""):
            return self._literal(first)
        self._take()
        last = self._class_character()
        if not isinstance(last, str) or last < first:
            raise _refused("a range is out of order")
        return self._range(first, last)

    def _class_character(self) -> str | Accepts:
        taken = self._take()
        if taken != "\\":
            return taken
        letter = self._take()
        if letter == "b":
            return "\b"
        return self._escaped_class(letter) or self._escaped_character(letter)

    def _range(self, first: str, last: str) -> Accepts:
        if "i" in self._flags:
            return lambda read: first <= read.lower() <= last or first <= read.upper() <= last
        return lambda read: first <= read <= last


def _anything(_character: str) -> bool:
    return True


def _anything_but_newline(character: str) -> bool:
    return character != "\n"


def _negated(accepts: Accepts) -> Accepts:
    return lambda character: not accepts(character)


def _one_of(members: Sequence[Accepts]) -> Accepts:
    return lambda character: any(accepts(character) for accepts in members)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _refused(why: str) -> QueryError:
    return QueryError("bad_arg", f"Bad argument for operator $regex: {why}.")
