"""Whether a document is one of those that a selector asks for."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from sync.mango.collation import collation_key, type_name
from sync.mango.failures import QueryError
from sync.mango.fields import ABSENT, Missing, lookup
from sync.mango.normal import Condition, normalized
from sync.mango.normal import Selector as NormalSelector
from sync.mango.regex import Regex

Predicate: TypeAlias = Callable[[Any], bool]


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
    holds = _predicate(condition.operator, condition.argument)
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


def _predicate(operator: str, argument: Any) -> Predicate:
    if operator in _NESTED:
        return _NESTED[operator](_compiled(argument))
    return _OPERATORS[operator](argument)


def _always(_value: object) -> bool:
    return True


def _negation(holds: Predicate) -> Predicate:
    return lambda value: not holds(value)


def _equal(argument: object) -> Predicate:
    key = collation_key(argument)
    return lambda value: collation_key(value) == key


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[object], Predicate]:
    def of(argument: object) -> Predicate:
        key = collation_key(argument)
        return lambda value: compare(collation_key(value), key)

    return of


def _among(argument: list[object]) -> Predicate:
    keys = {collation_key(one) for one in argument}

    def holds(value: object) -> bool:
        # An array has what is asked when one of its elements is.
        values = value if isinstance(value, list) else [value]
        return any(collation_key(one) in keys for one in values)

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
_OPERATORS: Final[dict[str, Callable[[Any], Predicate]]] = {
    "$eq": _equal,
    "$ne": lambda argument: _negation(_equal(argument)),
    "$gt": _ordered(lambda value, argument: bool(value > argument)),
    "$gte": _ordered(lambda value, argument: bool(value >= argument)),
    "$lt": _ordered(lambda value, argument: bool(value < argument)),
    "$lte": _ordered(lambda value, argument: bool(value <= argument)),
    "$in": _among,
    "$nin": lambda argument: _negation(_among(argument)),
    "$all": _has_all,
    "$exists": lambda argument: lambda _value: argument,
    "$type": lambda argument: lambda value: type_name(value) == argument,
    "$size": lambda argument: lambda value: isinstance(value, list) and len(value) == argument,
    "$mod": _remainder,
    "$regex": _regex,
    "$beginsWith": lambda argument: lambda value: isinstance(value, str) and value.startswith(argument),
}
