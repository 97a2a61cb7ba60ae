"""Selectors in one normal form, as CouchDB's mango_selector.erl makes them.

Conditions carry their whole field path, and negations stand at the conditions themselves: that is why, in
CouchDB, no condition holds of a member that is absent, negated or not, but `$exists: false`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from sync.mango.failures import QueryError, bad_argument
from sync.mango.fields import Path, parse_path

MAXIMUM_DEPTH: Final = 50


@dataclass(frozen=True, slots=True)
class Both:
    """Every part holds (`is_all`), or one of them does; without parts it holds."""

    parts: "tuple[Selector, ...]"
    is_all: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """An operator on the member at `path`; an empty path is the value itself. `negated`: it must not hold."""

    path: Path
    operator: str
    argument: object
    negated: bool = False


Selector: TypeAlias = Both | Condition

EVERYTHING: Final = Both((), is_all=True)

_COMBINATIONS: Final = ("$and", "$or", "$nor")
_NESTED: Final = ("$elemMatch", "$allMatch", "$keyMapMatch")
_NEGATIONS: Final = {
    "$lt": "$gte",
    "$gte": "$lt",
    "$lte": "$gt",
    "$gt": "$lte",
    "$eq": "$ne",
    "$ne": "$eq",
    "$in": "$nin",
    "$nin": "$in",
}
_UNSUPPORTED: Final = ("$text", "$where", "$geoWithin", "$geoIntersects", "$near", "$nearSphere")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_division(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(number, int) and not isinstance(number, bool) for number in value)
        and value[0] != 0
    )


def _is_anything(_value: object) -> bool:
    return True


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_ARGUMENTS: Final[dict[str, Callable[[object], bool]]] = {
    **dict.fromkeys(("$eq", "$ne", "$gt", "$gte", "$lt", "$lte"), _is_anything),
    **dict.fromkeys(("$in", "$nin", "$all"), _is_list),
    **dict.fromkeys(("$type", "$regex", "$beginsWith"), _is_text),
    "$exists": lambda value: isinstance(value, bool),
    "$size": _is_count,
    "$mod": _is_division,
}


def normalized(value: object) -> Selector:
    """Read a selector. Raises QueryError."""
    if not isinstance(value, Mapping):
        raise QueryError("invalid_selector_json", "Selector must be a JSON object")
    if not value:
        return EVERYTHING
    selector = _object(value, (), negated=False, depth=0)
    _require_fields(selector)
    return selector


def _require_fields(selector: Selector) -> None:
    if isinstance(selector, Condition):
        if not selector.path:
            raise QueryError("invalid_selector", "One or more conditions is missing a field name.")
    else:
        for part in selector.parts:
            _require_fields(part)


def _object(value: Mapping[str, object], path: Path, *, negated: bool, depth: int) -> Selector:
    if depth > MAXIMUM_DEPTH:
        raise QueryError("invalid_selector", f"The selector is nested more than {MAXIMUM_DEPTH} deep.")
    parts = tuple(
        _member(name, member, path, negated=negated, depth=depth + 1) for name, member in value.items()
    )
    return parts[0] if len(parts) == 1 else Both(parts, is_all=not negated)


def _member(name: str, value: object, path: Path, *, negated: bool, depth: int) -> Selector:
    if not name.startswith("$"):
        return _field(value, (*path, *parse_path(name)), negated=negated, depth=depth)
    if name in _COMBINATIONS:
        return _combination(name, value, path, negated=negated, depth=depth)
    if name == "$not":
        if not isinstance(value, Mapping):
            raise bad_argument(name, value)
        return _field(value, path, negated=not negated, depth=depth)
    if name in _NESTED:
        if not isinstance(value, Mapping):
            raise bad_argument(name, value)
        inner = _field(value, (), negated=False, depth=depth)
        return Condition(path, name, inner, negated)
    return _terminal(name, value, path, negated=negated)


def _field(value: object, path: Path, *, negated: bool, depth: int) -> Selector:
    """Read what is asked of a member: an object of conditions, or a value it must equal."""
    if isinstance(value, Mapping) and value:
        return _object(value, path, negated=negated, depth=depth)
    return _terminal("$eq", value, path, negated=negated)


def _combination(name: str, value: object, path: Path, *, negated: bool, depth: int) -> Selector:
    if not isinstance(value, list):
        raise bad_argument(name, value)
    within = negated != (name == "$nor")
    parts = tuple(_field(part, path, negated=within, depth=depth) for part in value)
    # De Morgan: a negated "all" is "one of the negations", and the reverse.
    return Both(parts, is_all=(name != "$or") != negated)


def _terminal(name: str, value: object, path: Path, *, negated: bool) -> Selector:
    if name in _UNSUPPORTED:
        raise QueryError("not_supported", f"Unsupported operator: {name}")
    accepts = _ARGUMENTS.get(name)
    if accepts is None:
        raise QueryError("invalid_operator", f"Invalid operator: {name[:50]}")
    if not accepts(value):
        raise bad_argument(name, value)
    if negated and name in _NEGATIONS:
        return Condition(path, _NEGATIONS[name], value)
    if negated and name == "$exists":
        return Condition(path, name, not value)
    return Condition(path, name, value, negated)
