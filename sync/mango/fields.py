"""Names of members inside a document: `address.town`, with `\\.` for a dot that belongs to a name."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from sync.mango.failures import QueryError, shown

Path: TypeAlias = tuple[str, ...]


class Missing:
    """Stands for a member that is not there; `is_blocked`: what should hold it is no object or array."""

    def __init__(self, *, is_blocked: bool) -> None:
        self.is_blocked = is_blocked


ABSENT: Final = Missing(is_blocked=False)
BLOCKED: Final = Missing(is_blocked=True)


def parse_path(name: str) -> Path:
    """Cut a name at its dots."""
    parts = [""]
    escaped = False
    for character in name:
        if escaped:
            parts[-1] += character if character in (".", "\\") else f"\\{character}"
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == ".":
            parts.append("")
        else:
            parts[-1] += character
    if escaped:
        parts[-1] += "\\"
    return tuple(parts)


def lookup(value: object, path: Path) -> object:
    """Return the member at `path`, ABSENT or BLOCKED; a number names an element of an array."""
    for part in path:
        if isinstance(value, Mapping):
            if part not in value:
                return ABSENT
            value = value[part]
        elif isinstance(value, list):
            index = int(part) if part.isascii() and part.isdigit() and len(part) < 10 else -1
            if not 0 <= index < len(value):
                return BLOCKED
            value = value[index]
        else:
            return BLOCKED
    return value


def parse_fields(value: object) -> list[Path]:
    """Read `fields`: none means the whole document. Raises QueryError."""
    if not isinstance(value, list):
        raise QueryError("invalid_fields", f"Fields must be an array of strings, not: {shown(value)}")
    for field in value:
        if not isinstance(field, str):
            raise QueryError("invalid_field", f"Invalid JSON for field spec: {shown(field)}")
    return [parse_path(field) for field in value]


def extract(document: Mapping[str, object], paths: Sequence[Path]) -> Mapping[str, object]:
    """Return the part of a document that the paths name; the whole without any."""
    if not paths:
        return document
    part: dict[str, object] = {}
    for path in paths:
        value = lookup(document, path)
        if isinstance(value, Missing):
            continue
        holder = part
        for name in path[:-1]:
            below = holder.setdefault(name, {})
            if not isinstance(below, dict):
                below = holder[name] = {}
            holder = below
        holder[path[-1]] = value
    return part
