"""Answers to any form, drawn by a seed: mostly what people answer, often enough what they should not."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from forms import build
from forms.communes import Position
from forms.definition import NUMBER_TYPES, Form, Item
from forms.derive import Derived, derive

VISIT = date(2026, 11, 23)
STOP = Position(46.1275, 4.2668)
ABSENCES = ("not-asked", "asked-unknown", "asked-declined", "not-performed")
COMMUNES = ("42015", "42238", "69123", "71370", "01004")
BIRTH_PLACES = (*COMMUNES, "99351", "2A004")
NAMES = ("MARTIN", "D'ARTAGNAN", "GARCIA-HAMMADI", "LE GOFF", "Éloïse", "MARTIN2")
PHONES = ("0477123456", "+41791234567", "0677123456", "04 77")
TEXTS = ("RAS", "À revoir dans six mois ; prévenir la famille.", "Œdème des chevilles", " ")
PHOTO = {
    "photo": "0b6b9c1e-5f1d-4a52-9a55-0d6f5a0a7a11",
    "digest": "ab" * 32,
    "size": 120_000,
    "width": 1600,
    "height": 1200,
}
CURVES = (
    '{"v":1,"source":"x","device":"","trials":[{"n":1,"fev1":2,"time_s":[],"volume_l":[],"flow_l_s":[]}]}',
    '{"v":1,"source":"x","device":"","trials":[{"n":9,"fvc":3,"time_s":[0],"volume_l":[0],"flow_l_s":[2]}]}',
    '{"v":1,"source":"x","device":"","trials":[]}',
)
"""What a spirometer's file became; the last one cannot be read."""
Flat = dict[str, dict[str, Any]]


class Hand(NamedTuple):
    """How a record is filled: how often a question is answered, an answer absent, a value odd."""

    answered: float
    absent: float
    odd: float


HANDS = (Hand(1, 0, 0), Hand(1, 0.01, 0.02), Hand(0.97, 0.04, 0.1), Hand(0.8, 0.1, 0.2), Hand(0.5, 0.2, 0.3))


def answers(form: Form, random: Random, bases: Sequence[Flat] = ()) -> Flat:
    """Flat answers as a tablet would hold them: those of disabled items are nearly always gone.

    `bases`: whole records of the form; a third of what is drawn is one of them with a few answers changed.
    """
    hand = random.choice(HANDS)
    drawn = _drawn(form, random, hand)
    if bases and random.random() < 0.33:
        changed = random.sample(sorted(form.index), min(len(form.index), random.choice((0, 1, 2, 4, 8, 16))))
        base = random.choice(bases)
        drawn = {
            link_id: source[link_id]
            for link_id in form.index
            if link_id in (source := drawn if link_id in changed else base)
        }
    for _ in range(3):
        enabled = _derived(form, drawn).enabled
        for link_id in [link for link in drawn if link not in enabled and random.random() < 0.99]:
            del drawn[link_id]
    for link_id, item in form.index.items():
        if item.is_calculated and random.random() < 0.99:
            drawn.pop(link_id, None)
    for link_id, value in _derived(form, drawn).calculated.items():
        if link_id not in drawn and random.random() < 0.99:
            drawn[link_id] = {"values": [as_json(value)]}
    return {link_id: drawn[link_id] for link_id in form.index if link_id in drawn}


def _derived(form: Form, flat: Flat) -> Derived:
    return derive(form, build.answers_from_flat(flat), visit_date=VISIT, stop=STOP)


def _drawn(form: Form, random: Random, hand: Hand) -> Flat:
    drawn = ((link_id, _answer(item, random, hand)) for link_id, item in form.index.items())
    return {link_id: answer for link_id, answer in drawn if answer is not None}


def _answer(item: Item, random: Random, hand: Hand) -> dict[str, Any] | None:
    begins = item.start is not None or any(option.initial for option in item.options.values())
    if not item.is_leaf or random.random() > max(hand.answered, 0.95 if begins else 0):
        return None
    offers = item.absence and not item.read_only
    if random.random() < (hand.absent if offers else hand.absent / 20):
        return {"absent": random.choice(ABSENCES)}
    answer: dict[str, Any] = {"values": _values(item, random, hand)}
    if item.type in NUMBER_TYPES and random.random() < 0.3:
        answer["confirmed"] = True
    return answer


def _values(item: Item, random: Random, hand: Hand) -> list[Any]:
    if item.type == "choice":
        return _codes(item, random, hand)
    if item.type in NUMBER_TYPES:
        return [_number(item, random, hand)]
    match item.type:
        case "boolean":
            return [random.random() < 0.6]
        case "date":
            return [_day(item, random).isoformat()]
        case "attachment":
            return [PHOTO]
        case _:
            texts = {"ins-name": NAMES, "ins-first-name": NAMES, "phone": PHONES}.get(
                item.text_rule or "", TEXTS
            )
            if item.instrument == "spirometer-file":
                texts = CURVES
            return [texts[-1] if random.random() < hand.odd else random.choice(texts[:-1])]


def _codes(item: Item, random: Random, hand: Hand) -> list[str]:
    if item.lookup is not None:
        return [random.choice(COMMUNES if item.lookup == "insee-commune" else BIRTH_PLACES)]
    codes = sorted(item.options)
    initial = [code for code in codes if item.options[code].initial]
    if initial and random.random() < 0.7:
        return initial
    several = random.choice((1, 1, 2, 3)) if item.repeats else 1
    chosen = random.sample(codes, min(several, len(codes)))
    alone = [code for code in chosen if item.options[code].exclusive]
    return alone[:1] if alone and random.random() > hand.odd else chosen


def _number(item: Item, random: Random, hand: Hand) -> Any:
    places = 0 if item.type == "integer" else 1 if item.decimals is None else item.decimals
    low, high = _or(item.minimum, 0), _or(item.maximum, 20)
    soft_low, soft_high = _or(item.soft_minimum, low), _or(item.soft_maximum, high)
    unit = 10**-places
    usual = random.triangular(soft_low, soft_high)
    odd = (
        soft_low,
        soft_high,
        low,
        high,
        soft_low - unit,
        soft_high + unit,
        low - unit,
        high + unit,
        low + unit,
    )
    drawn = random.choice(odd) if random.random() < hand.odd else usual
    if isinstance(item.start, int | Decimal) and random.random() < 0.8:
        drawn = float(item.start)
    return as_json(round(Decimal(repr(drawn)), places))


def _or(limit: Decimal | None, otherwise: float) -> float:
    return otherwise if limit is None else float(limit)


def _day(item: Item, random: Random) -> date:
    if item.date_rule == "birth-date":
        days = random.choice(
            (random.randint(0, 3000), random.randint(9_000, 36_000), random.randint(9_000, 36_000))
        )
        usual = VISIT - timedelta(days=days)
        return random.choice((usual, usual, usual, date(1960, 2, 29), date(2020, 11, 23)))
    return VISIT + timedelta(days=random.randint(-400, 400))


def as_json(value: Any) -> Any:
    """A value as JSON writes it: whole numbers without a point."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
