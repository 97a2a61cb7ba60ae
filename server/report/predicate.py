"""A tiny closed language over the facts of a visit, as data: what an indicator counts, what a figure opens.

| JSON | holds when |
|---|---|
| ``{"all": […]}`` | every one holds; of none, always |
| ``{"any": […]}`` | at least one holds |
| ``{"not": P}`` | P is known not to hold |
| ``{"fact": F, "in": [codes]}`` | F is one of these; of several, one of them is |
| ``{"fact": F, "from": n, "below": m}`` | n ≤ F < m; either may be absent |
| ``{"fact": "day", "from": d, "to": d}`` | days, both inclusive; either may be absent |
| ``{"fact": F, "missing": [reasons]}`` | F was not said, for one of these reasons |

Three-valued: what was not said is neither true nor false, so ``not`` of it does not hold (unknown is never
a no). Everything else is refused: an unknown fact, code, reason or member, a wrong type, over ``MAX_NODES``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.report.facts import FACTS, MISSING_CODES, Exposure, Fact, Kind

MAX_NODES = 200
MAX_CODES = 200
MAX_CHARACTERS = 8000
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COMMUNE = re.compile(r"[0-9AB]{5}")


class PredicateInvalid(ValueError):
    """A text that is not a predicate; the message names the place, in the text's own words."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one holds."""

    of: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds."""

    of: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Known not to hold."""

    of: "Predicate"


@dataclass(frozen=True, slots=True)
class In:
    """The fact is one of these codes."""

    fact: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The fact is a number with ``low`` ≤ it < ``high``; None: no bound."""

    fact: str
    low: int | float | None
    high: int | float | None


@dataclass(frozen=True, slots=True)
class Days:
    """The day is between these, both inclusive; None: no bound."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Missing:
    """The fact was not said, for one of these reasons."""

    fact: str
    reasons: tuple[str, ...]


Leaf = In | Between | Days | Missing
Predicate = AllOf | AnyOf | Not | Leaf

EVERY = AllOf(())
"""Holds of every visit."""


def both(*parts: Predicate) -> Predicate:
    """Return the conjunction, without layers that say nothing."""
    flat = [each for part in parts for each in (part.of if isinstance(part, AllOf) else (part,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def exposes(predicate: Predicate) -> Exposure:
    """Say what one learns of a visit by knowing that it satisfies this."""
    clinical = any(FACTS[name].exposure is Exposure.CLINICAL for name in names(predicate))
    return Exposure.CLINICAL if clinical else Exposure.ADMINISTRATIVE


def names(predicate: Predicate) -> Iterator[str]:
    """Yield the facts that a predicate names."""
    for leaf in leaves(predicate):
        yield "day" if isinstance(leaf, Days) else leaf.fact


def leaves(predicate: Predicate) -> Iterator[Leaf]:
    """Yield the conditions on single facts."""
    match predicate:
        case AllOf(of) | AnyOf(of):
            for part in of:
                yield from leaves(part)
        case Not(of):
            yield from leaves(of)
        case leaf:
            yield leaf


def parse_text(text: str) -> Predicate:
    """Read a predicate from JSON text; raise ``PredicateInvalid``."""
    if len(text) > MAX_CHARACTERS:
        raise PredicateInvalid("too long")
    try:
        return parse(json.loads(text, parse_constant=_no_constant))
    except (ValueError, RecursionError) as error:
        if isinstance(error, PredicateInvalid):
            raise
        raise PredicateInvalid("not JSON") from error


def parse(value: object) -> Predicate:
    """Read a predicate from a JSON value; raise ``PredicateInvalid`` for anything the table does not list."""
    return _Parser().read(value)


def to_json(predicate: Predicate) -> dict[str, Any]:
    """Return the JSON value of a predicate; ``parse`` reads it back, equal."""
    match predicate:
        case AllOf(of):
            return {"all": [to_json(part) for part in of]}
        case AnyOf(of):
            return {"any": [to_json(part) for part in of]}
        case Not(of):
            return {"not": to_json(of)}
        case In(fact, codes):
            return {"fact": fact, "in": list(codes)}
        case Missing(fact, reasons):
            return {"fact": fact, "missing": list(reasons)}
        case Between(fact, low, high):
            return {"fact": fact, **_bounds({"from": low, "below": high})}
        case Days(first, last):
            bounds = {"from": first and first.isoformat(), "to": last and last.isoformat()}
            return {"fact": "day", **_bounds(bounds)}


def to_text(predicate: Predicate) -> str:
    """Return a predicate as canonical JSON text: the same for the same predicate."""
    return json.dumps(to_json(predicate), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _bounds(bounds: Mapping[str, object]) -> dict[str, object]:
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _no_constant(name: str) -> object:
    raise PredicateInvalid(f"{name} is no number")


class _Parser:
    """Reads one predicate; counts its nodes."""

    def __init__(self) -> None:
        self._nodes = 0

    def read(self, value: object) -> Predicate:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise PredicateInvalid("too many conditions")
        match value:
            case {"all": list(parts), **rest} if not rest:
                return AllOf(tuple(self.read(part) for part in parts))
            case {"any": list(parts), **rest} if not rest:
                return AnyOf(tuple(self.read(part) for part in parts))
            case {"not": part, **rest} if not rest:
                return Not(self.read(part))
            case {"fact": str(name), **rest}:
                fact = FACTS.get(name)
                if fact is None:
                    raise PredicateInvalid(f"unknown fact: {name[:40]}")
                return _condition(fact, {str(member): value for member, value in rest.items()})
            case _:
                raise PredicateInvalid("neither all, any, not nor a fact")


def _condition(fact: Fact, members: Mapping[str, object]) -> Predicate:
    if members.keys() == {"in"}:
        return In(fact.name, _codes(fact, members["in"]))
    if members.keys() == {"missing"} and fact.may_be_missing:
        return Missing(fact.name, _texts(fact, members["missing"], MISSING_CODES))
    if fact.kind is Kind.NUMBER and members and members.keys() <= {"from", "below"}:
        return Between(fact.name, _number(fact, members, "from"), _number(fact, members, "below"))
    if fact.kind is Kind.DAY and members and members.keys() <= {"from", "to"}:
        return Days(_day(members, "from"), _day(members, "to"))
    raise PredicateInvalid(f"{fact.name}: {', '.join(sorted(members))[:80] or 'nothing'} does not apply")


def _codes(fact: Fact, value: object) -> tuple[str, ...]:
    if fact.kind in (Kind.NUMBER, Kind.DAY):
        raise PredicateInvalid(f"{fact.name}: a number has bounds")
    codes = _texts(fact, value, fact.codes)
    pattern = {"commune": _COMMUNE}.get(
        fact.name, _IDENTIFIER if fact.kind is Kind.IDENTIFIER else re.compile(r"[^\x00-\x1f]{1,200}")
    )
    for code in codes:
        if not pattern.fullmatch(code):
            raise PredicateInvalid(f"{fact.name}: unknown code")
    return codes


def _texts(fact: Fact, value: object, known: frozenset[str] | None) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_CODES:
        raise PredicateInvalid(f"{fact.name}: a list of codes is expected")
    for code in value:
        if not isinstance(code, str) or (known is not None and code not in known):
            raise PredicateInvalid(f"{fact.name}: unknown code: {str(code)[:40]}")
    if len(set(value)) != len(value):
        raise PredicateInvalid(f"{fact.name}: a code occurs twice")
    return tuple(value)


def _number(fact: Fact, members: Mapping[str, object], name: str) -> int | float | None:
    value = members.get(name)
    if name not in members:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1_000_000:
        raise PredicateInvalid(f"{fact.name}: {name} is no number")
    return value


def _day(members: Mapping[str, object], name: str) -> date | None:
    value = members.get(name)
    if name not in members:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise PredicateInvalid(f"day: {name} is no date")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise PredicateInvalid(f"day: {name} is no date") from error
