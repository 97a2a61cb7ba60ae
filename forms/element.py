"""A JSON object of a definition file that knows its place, and notes what is wrong instead of raising.

Reading a whole file thus reports every defect at once, each with its place, and never half a form.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from forms.errors import WHOLE_FILE, Defect
from forms.reason import Reason, because

_LONGEST = 60


class Element:
    """One object of the file, at `place` (`item[0].item[2]`); the whole file shares one list of defects."""

    def __init__(self, members: dict[str, object], place: str, defects: list[Defect]) -> None:
        self._members = members
        self.place = place
        self.defects = defects

    def refuse(self, reason: Reason, member: str | None = None) -> None:
        """Notes a defect here, or at one of the members."""
        self.defects.append(Defect(self._at(member) if member else self.place or WHOLE_FILE, reason))

    def only(self, allowed: Iterable[str]) -> None:
        """Refuses every member that is not among `allowed`."""
        for name in sorted(self._members.keys() - set(allowed)):
            self.refuse(because("is not in the supported subset"), name)

    @property
    def names(self) -> frozenset[str]:
        """The names of the members."""
        return frozenset(self._members)

    def has(self, member: str) -> bool:
        """Whether the member is present."""
        return member in self._members

    def text(self, member: str, *, required: bool = True) -> str:
        """A non-empty string, else ""; missing is a defect when `required`."""
        found = self._members.get(member)
        if isinstance(found, str) and found.strip():
            return found
        if required or member in self._members:
            self.refuse(because("a text is expected"), member)
        return ""

    def one_of(self, member: str, allowed: Iterable[str], default: str = "") -> str:
        """A string among `allowed`, else `default`; missing is a defect when there is no default."""
        if member not in self._members and default:
            return default
        found = self._members.get(member)
        names = tuple(allowed)
        if isinstance(found, str) and found in names:
            return found
        if member in self._members:
            refusal = because(
                "one of {names} is expected, not {found}", names=", ".join(names), found=_shown(found)
            )
        else:
            refusal = because("one of {names} is expected", names=", ".join(names))
        self.refuse(refusal, member)
        return default

    def flag(self, member: str, *, default: bool = False) -> bool:
        """A boolean, else `default`."""
        found = self._members.get(member, default)
        if isinstance(found, bool):
            return found
        self.refuse(because("true or false is expected"), member)
        return default

    def whole(self, member: str) -> int | None:
        """A whole number, or None when missing."""
        found = self._members.get(member)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        self.refuse(because("a whole number is expected"), member)
        return None

    def decimal(self, member: str) -> Decimal | None:
        """A number, exactly as written, or None when missing."""
        found = self._members.get(member)
        if found is None or (isinstance(found, int | Decimal) and not isinstance(found, bool)):
            return None if found is None else Decimal(found)
        self.refuse(because("a number is expected"), member)
        return None

    def object(self, member: str, *, required: bool = True) -> "Element | None":
        """An object, or None; missing is a defect when `required`."""
        found = self._members.get(member)
        if isinstance(found, dict):
            return Element(found, self._at(member), self.defects)
        if required or found is not None:
            self.refuse(because("an object is expected"), member)
        return None

    def objects(self, member: str) -> Iterator["Element"]:
        """Each object of a list; nothing when missing."""
        found = self._members.get(member, [])
        if not isinstance(found, list):
            self.refuse(because("a list is expected"), member)
            return
        for position, entry in enumerate(found):
            place = f"{self._at(member)}[{position}]"
            if isinstance(entry, dict):
                yield Element(entry, place, self.defects)
            else:
                self.defects.append(Defect(place, because("an object is expected")))

    def texts(self, member: str) -> tuple[str, ...]:
        """A list of strings; empty when missing."""
        found = self._members.get(member, [])
        if isinstance(found, list) and all(isinstance(entry, str) for entry in found):
            return tuple(found)
        self.refuse(because("a list of texts is expected"), member)
        return ()

    def _at(self, member: str) -> str:
        return f"{self.place}.{member}" if self.place else member


def _shown(found: object) -> str:
    """A value of the file as a defect names it: short, on one line."""
    written = found if isinstance(found, str) else type(found).__name__
    line = " ".join(written.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
