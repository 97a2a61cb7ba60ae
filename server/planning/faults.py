"""What is wrong with a form that a coordinator sent: every field at once, by code."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar

from server.planning import typed
from server.planning.typed import Read, Unreadable

Value = TypeVar("Value")

MAX_TITLE = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field; ``code`` is a key of the catalogue under ``fault.``."""

    field: str
    code: str


class Rejected(Exception):
    """A form that is not done, and why; nothing was changed."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(f"{fault.field}: {fault.code}" for fault in faults))
        self.faults = faults


class Fields:
    """Reads a form's fields and gathers what is wrong; ``require`` raises it all at once.

    What a faulty field returns is a placeholder, good for nothing but going on to the next field.
    """

    def __init__(self, sent: Mapping[str, str], today: date) -> None:
        self._sent = sent
        self._today = today
        self.faults: list[Fault] = []

    def fail(self, field: str, code: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(field, code))

    def require(self) -> None:
        """Raise ``Rejected`` when anything was wrong."""
        if self.faults:
            raise Rejected(*self.faults)

    def raw(self, field: str) -> str:
        """Return what was typed, in single spaces."""
        return typed.plain(self._sent.get(field, ""))

    def has(self, field: str) -> bool:
        """Say whether a box is ticked, or anything was typed."""
        return bool(self.raw(field))

    def text(self, field: str, *, longest: int = MAX_TITLE, needed: bool = True) -> str:
        """Return a text of at most ``longest`` characters."""
        found = self.raw(field)
        if needed and not found:
            self.fail(field, "missing")
        if len(found) > longest:
            self.fail(field, "too-long")
        return found

    def day(self, field: str) -> date:
        """Return a day, typed as people write it or sent by a date field."""
        found = self.optional_day(field)
        if found is None and not self.has(field):
            self.fail(field, "missing")
        return found or date.min

    def optional_day(self, field: str, *, birth: bool = False) -> date | None:
        """Return the same, or None when nothing was typed."""
        if not self.has(field):
            return None
        return self.read(field, lambda text: typed.day(text, today=self._today, birth=birth))

    def hour(self, field: str) -> time:
        """Return an hour, typed as people write it or sent by a time field."""
        if not self.has(field):
            self.fail(field, "missing")
            return time.min
        return self.read(field, typed.hour) or time.min

    def read(self, field: str, reader: Callable[[str], Read[Value]]) -> Value | None:
        """Return what ``reader`` makes of a field; a note is not a fault."""
        try:
            return reader(self.raw(field)).value
        except Unreadable as error:
            self.fail(field, error.why.value)
            return None

    def number(self, field: str, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``."""
        found = self.raw(field)
        if found.isascii() and found.isdecimal() and len(found) < 7 and low <= int(found) <= high:
            return int(found)
        self.fail(field, "number")
        return low

    def choice(self, field: str, allowed: Collection[str]) -> str:
        """Return one of ``allowed``."""
        found = self._sent.get(field, "")
        if found not in allowed:
            self.fail(field, "choice")
        return found
