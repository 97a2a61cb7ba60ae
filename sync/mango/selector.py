"""Whether a document is one of those that a selector asks for."""

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeAlias

from sync.mango.collation import CollationKey, collation_key, type_name
from sync.mango.failures import QueryError
from sync.mango.fields import ABSENT, Missing, lookup
from sync.mango.normal import Condition, normalized
from sync.mango.normal import Selector as NormalSelector
from sync.mango.regex import Regex

Predicate: TypeAlias = Callable[[Any], bool]
Key: TypeAlias = Callable[[Any], CollationKey]

_ID: Final = ("_id",)


class Selector:
    """A selector ready to judge documents. Raises QueryError when it cannot be read."""

    def __init__(self, value: object) -> None:
        try:
            self.normal = normalized(value)
            self._holds = _compiled(self.normal)
        except RecursionError as error:
            raise QueryError("invalid_selector", "The selector is nested too deep.") from error

    def matches(self, document: Mapping[str, object]) -> bool:
        """Return whether a document (with its `_id` and `_rev`) is asked for."""
        return self._holds(document)


def _compiled(selector: NormalSelector) -> Predicate:
    if isinstance(selector, Condition):
        return _condition(selector)
    parts = [_compiled(part) for part in selector.parts]
    if not parts:
        return _always
    if selector.is_all:
        return lambda value: all(part(value) for part in parts)
    return lambda value: any(part(value) for part in parts)


def _condition(condition: Condition) -> Predicate:
    holds = _predicate(
        condition.operator, condition.argument, _raw_key if condition.path == _ID else collation_key
    )
    if condition.negated:
        holds = _negation(holds)
    path = condition.path
    if not path:
        return holds
    wants_absence = condition.operator == "$exists" and not condition.argument

    def judge(value: object) -> bool:
        found = lookup(value, path)
        if isinstance(found, Missing):
            return wants_absence and found is ABSENT
        return holds(found)

    return judge


def _predicate(operator: str, argument: Any, key: Key) -> Predicate:
    if operator in _NESTED:
        return _NESTED[operator](_compiled(argument))
    if operator in _COMPARISONS:
        return _COMPARISONS[operator](argument, key)
    return _OPERATORS[operator](argument)


def _raw_key(value: object) -> CollationKey:
    """Return the key that ids are compared by: as bytes, and after whatever is no text (Erlang's order)."""
    return (1, value) if isinstance(value, str) else (0, collation_key(value))


def _always(_value: object) -> bool:
    return True


def _negation(holds: Predicate) -> Predicate:
    return lambda value: not holds(value)


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Key], Predicate]:
    def of(argument: object, key: Key) -> Predicate:
        bound = key(argument)
        return lambda value: compare(key(value), bound)

    return of


def _among(argument: list[object], key: Key) -> Predicate:
    keys = {key(one) for one in argument}

    def holds(value: object) -> bool:
        # An array has what is asked when one of its elements is.
        values = value if isinstance(value, list) else [value]
        return any(key(one) in keys for one in values)

    return holds


def _has_all(argument: list[object]) -> Predicate:
    keys = {collation_key(one) for one in argument}
    whole = collation_key(argument[0]) if len(argument) == 1 and isinstance(argument[0], list) else None

    def holds(value: object) -> bool:
        if not isinstance(value, list) or not keys:
            return False
        return keys <= {collation_key(one) for one in value} or collation_key(value) == whole

    return holds


def _remainder(argument: list[int]) -> Predicate:
    divisor, wanted = argument

    def holds(value: object) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        # The remainder has the sign of what is divided, as in Erlang and JavaScript.
        remainder = abs(value) % abs(divisor)
        return (-remainder if value < 0 else remainder) == wanted

    return holds


def _regex(argument: str) -> Predicate:
    search = Regex(argument).search
    return lambda value: isinstance(value, str) and search(value)


def _some(inner: Predicate) -> Predicate:
    return lambda value: isinstance(value, list) and any(inner(one) for one in value)


def _every(inner: Predicate) -> Predicate:
    return lambda value: isinstance(value, list) and bool(value) and all(inner(one) for one in value)


def _some_name(inner: Predicate) -> Predicate:
    return lambda value: isinstance(value, Mapping) and any(inner(name) for name in value)


_NESTED: Final[dict[str, Callable[[Predicate], Predicate]]] = {
    "$elemMatch": _some,
    "$allMatch": _every,
    "$keyMapMatch": _some_name,
}
_COMPARISONS: Final[dict[str, Callable[[Any, Key], Predicate]]] = {
    "$eq": _compared(eq),
    "$ne": _compared(ne),
    "$gt": _compared(gt),
    "$gte": _compared(ge),
    "$lt": _compared(lt),
    "$lte": _compared(le),
    "$in": _among,
    "$nin": lambda argument, key: _negation(_among(argument, key)),
}
_OPERATORS: Final[dict[str, Callable[[Any], Predicate]]] = {
    "$all": _has_all,
    "$exists": lambda argument: lambda _value: argument,
    "$type": lambda argument: lambda value: type_name(value) == argument,
    "$size": lambda argument: lambda value: isinstance(value, list) and len(value) == argument,
    "$mod": _remainder,
    "$regex": _regex,
    "$beginsWith": lambda argument: lambda value: isinstance(value, str) and value.startswith(argument),
}
