"""`enableWhen`: only values count, and what is missing satisfies nothing."""

import msgspec
import pytest

from forms.definition import Condition, Form, Value
from forms.enablement import holds, is_enabled

MISSING: tuple[Value, ...] = ()


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        (Condition("q", "exists", True), ("a",), True),
        (Condition("q", "exists", True), MISSING, False),
        (Condition("q", "exists", False), ("a",), False),
        (Condition("q", "exists", False), MISSING, True),
        (Condition("q", "exists", True), (False,), True),
        (Condition("q", "=", "a"), ("a",), True),
        (Condition("q", "=", "a"), ("b", "a"), True),
        (Condition("q", "=", "a"), ("b",), False),
        (Condition("q", "=", "a"), MISSING, False),
        (Condition("q", "!=", "a"), ("b",), True),
        (Condition("q", "!=", "a"), ("b", "a"), False),
        (Condition("q", "!=", "a"), MISSING, False),
        (Condition("q", "=", False), (False,), True),
        (Condition("q", "=", False), MISSING, False),
    ],
)
def test_a_condition_compares_values(condition: Condition, given: tuple[Value, ...], expected: bool) -> None:
    assert holds(condition, {"q": given} if given else {}) is expected


@pytest.mark.parametrize(
    ("behavior", "given", "expected"),
    [
        ("any", {"q": ("a",)}, True),
        ("any", {"q": ("c",)}, False),
        ("all", {"q": ("a",)}, False),
        ("all", {"q": ("a", "b")}, True),
    ],
)
def test_several_conditions_are_joined_as_stated(
    medicobus: Form, behavior: str, given: dict[str, tuple[Value, ...]], expected: bool
) -> None:
    item = msgspec.structs.replace(
        medicobus.index["visit.frailty"],
        conditions=(Condition("q", "=", "a"), Condition("q", "=", "b")),
        condition_behavior=behavior,
    )

    assert is_enabled(item, given) is expected
