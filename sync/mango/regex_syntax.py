"""The syntax of `$regex`, read into a program of positions, moves and jumps.

The part of PCRE that describes a regular language: literals, `.`, classes, escapes, groups, `|`, the
quantifiers (lazy ones match the same texts), `^ $ \\A \\z \\Z \\b \\B`, and the flags `i`, `s`, `m` in
front. What needs backtracking (references, look-around, atomic groups, possessive quantifiers) is refused
by name.
"""

from collections.abc import Sequence
from typing import Final

from sync.mango.regex_program import (
    Accepts,
    All,
    Any,
    Assertion,
    At,
    Node,
    One,
    Program,
    Repeat,
    refused,
    write,
)

MAXIMUM_LENGTH: Final = 1000
MAXIMUM_DEPTH: Final = 50

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
        raise refused(f"it is longer than {MAXIMUM_LENGTH} characters")
    node = _Parser(expression).whole()
    program = Program()
    program.accepting = write(program, node, program.position())
    return program


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
            raise refused("a parenthesis closes nothing")
        return node

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        taken = self._next()
        if not taken:
            raise refused("it ends too early")
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
            raise refused("an assertion cannot be repeated")
        if self._next() == "+":
            raise refused("possessive quantifiers are not supported")
        if self._next() == "?":
            self._take()
        if self._bounds() is not None:
            raise refused("a quantifier repeats a quantifier")
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
            raise refused("a repetition's bounds are out of order")
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
            raise refused("a quantifier repeats nothing")
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
                raise refused(f"({self._text[self._at : self._at + 3]} is not supported")
            self._at += 2
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise refused(f"its groups are nested more than {MAXIMUM_DEPTH} deep")
        node = self._ways()
        if self._next() != ")":
            raise refused("a parenthesis is not closed")
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
            raise refused(f"\\{letter} is not supported")
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
            raise refused("\\x needs a code point in hexadecimal") from error

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
                raise refused(f"the class [:{name[:20]}:] is not supported")
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
            raise refused("a range is out of order")
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
