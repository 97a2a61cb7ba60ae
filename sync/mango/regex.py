"""Regular expressions in time proportional to the text, whatever the expression.

`$regex` comes from whoever may read, and Python's own matcher (like PCRE) takes exponential time for some
expressions. Those parsed by `sync.mango.regex_syntax` are run as an automaton whose states are sets of
positions in the expression (Thompson 1968), remembered once computed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from sync.mango.patience import require_time
from sync.mango.regex_program import Assertion
from sync.mango.regex_syntax import parse

REMEMBERED_STEPS: Final = 20_000


class _Before(Enum):
    """What an assertion may know of the character before a position."""

    NOTHING = auto()
    NEWLINE = auto()
    WORD = auto()
    OTHER = auto()

    @classmethod
    def of(cls, character: str) -> "_Before":
        if character == "\n":
            return cls.NEWLINE
        return cls.WORD if is_word(character) else cls.OTHER


@dataclass(slots=True, eq=False)
class _State:
    """Positions of the program reached, and where each next character leads (None: it matched)."""

    positions: frozenset[int]
    before: _Before
    steps: "dict[str, _State | None]" = field(default_factory=dict)


class Regex:
    """A compiled expression. Raises QueryError on syntax that is not supported."""

    def __init__(self, expression: str) -> None:
        self._program = parse(expression)
        self._forget()

    def search(self, text: str) -> bool:
        """Return whether the expression matches somewhere in `text`."""
        require_time()
        state = self._first
        for index, character in enumerate(text):
            try:
                reached = state.steps[character]
            except KeyError:
                is_last_newline = character == "\n" and index == len(text) - 1
                reached = self._step(state, character, remember=character != "\n", last=is_last_newline)
            if reached is None:
                return True
            state = reached
        return self._matches(state, "", last=True)

    def _forget(self) -> None:
        self._states: dict[tuple[frozenset[int], _Before], _State] = {}
        self._remembered = 0
        self._first = self._state(frozenset({0}), _Before.NOTHING)

    def _state(self, positions: frozenset[int], before: _Before) -> _State:
        return self._states.setdefault((positions, before), _State(positions, before))

    def _step(self, state: _State, character: str, *, remember: bool, last: bool) -> _State | None:
        require_time()
        if self._remembered > REMEMBERED_STEPS:
            # A search under way keeps the states it holds; the others are computed again.
            self._forget()
        reached: _State | None = None
        if not self._matches(state, character, last=last):
            closed = self._closed(state.positions, state.before, character, last=last)
            moved = {
                target
                for position in closed
                for accepts, target in self._program.moves[position]
                if accepts(character)
            }
            reached = self._state(frozenset(moved | {0}), _Before.of(character))
        if remember:
            state.steps[character] = reached
            self._remembered += 1
        return reached

    def _matches(self, state: _State, after: str, *, last: bool) -> bool:
        return self._program.accepting in self._closed(state.positions, state.before, after, last=last)

    def _closed(self, positions: Iterable[int], before: _Before, after: str, *, last: bool) -> set[int]:
        """Follow every way that reads no character."""
        closed = set(positions)
        waiting = list(closed)
        while waiting:
            position = waiting.pop()
            for assertion, target in self._program.jumps[position]:
                if target not in closed and _holds(assertion, before, after, last=last):
                    closed.add(target)
                    waiting.append(target)
        return closed


def is_word(character: str) -> bool:
    """Return whether a character is of `\\w`."""
    return character.isalnum() or character == "_"


def _holds(assertion: Assertion | None, before: _Before, after: str, *, last: bool) -> bool:
    """Return whether an assertion holds between two characters ("" after: the end of the text)."""
    match assertion:
        case None:
            return True
        case Assertion.START:
            return before is _Before.NOTHING
        case Assertion.END:
            return after == "" or last
        case Assertion.VERY_END:
            return after == ""
        case Assertion.LINE_START:
            return before in (_Before.NOTHING, _Before.NEWLINE)
        case Assertion.LINE_END:
            return after in ("", "\n")
        case Assertion.BOUNDARY | Assertion.NO_BOUNDARY:
            is_boundary = (before is _Before.WORD) != (after != "" and is_word(after))
            return is_boundary == (assertion is Assertion.BOUNDARY)
