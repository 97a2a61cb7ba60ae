"""What each hand of a visit answers, as flat answers (docs/forms.md), from what is to stand in the end."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forms.communes import Position, distance_km, table
from server.demo.year.plan import (
    ABSENCES,
    BOOKINGS,
    MISSING,
    NEW,
    NO_ANSWER,
    NO_QUESTION,
    OLD,
    REASONS,
    PlannedVisit,
    Said,
    Shape,
)

Flat = dict[str, dict[str, Any]]

_ADMINISTRATIVE = {
    "commune": "visit.commune",
    "booking": "visit.booking",
    "attending_gp": "visit.attending_gp",
    "gp_search": "visit.attending_gp_search",
    "long_term_condition": "visit.long_term_condition",
    "frailty": "visit.frailty",
    "sharing": "information.sharing",
}
_SINCE_NEW = {"new_patient": "visit.new_patient", "last_seen": "visit.last_seen"}
_CLINICAL = {
    "reason": "reasons.reason",
    "outcome": "conclusion.outcome",
    "document": "conclusion.documents",
    "follow_up": "conclusion.follow_up",
}
_BOOLEANS = frozenset({"gp_search", "long_term_condition", "frailty", "sharing", "new_patient"})
_NOT_MINE: Said = ("not-asked",)
_YES: dict[str, Any] = {"values": [True]}


@dataclass(frozen=True, slots=True)
class Hand:
    """One record to write: by whom (``nurse`` or ``doctor``), with which version, and its answers."""

    role: str
    version: str
    answers: Flat


def hands(visit: PlannedVisit, stop: Position, drawn: random.Random) -> list[Hand]:
    """Return the records of a visit, the earliest first; together they say exactly its facts."""
    writer = _Writer(visit, stop)
    facts = visit.facts
    match visit.shape:
        case Shape.WHOLE:
            return [Hand("doctor", visit.stop.version, writer.whole(facts, visit.stop.version))]
        case Shape.TWO_HANDS:
            first, second = _told_twice(facts, drawn)
            return [
                Hand("nurse", OLD, writer.whole(first, OLD)),
                Hand("doctor", OLD, writer.whole(second, OLD)),
            ]
        case Shape.PARTS:
            return [
                Hand("nurse", NEW, writer.reception(facts)),
                Hand("doctor", NEW, writer.medical(facts)),
            ]
        case Shape.RECEPTION_ONLY:
            return [Hand("nurse", NEW, writer.reception(facts))]
        case Shape.TWO_VERSIONS:
            clinical_later = facts | dict.fromkeys(_CLINICAL, _NOT_MINE)
            return [
                Hand("nurse", OLD, writer.whole(clinical_later, OLD)),
                Hand("doctor", NEW, writer.medical(facts)),
            ]


def mistaken(visit: PlannedVisit, hand: Hand, stop: Position) -> Flat:
    """Return the answers of a record as it was first signed, wrongly: another reason, another booking."""
    facts = dict(visit.facts)
    facts["booking"] = (next(each for each in BOOKINGS if (each,) != facts["booking"]),)
    facts["reason"] = (next(each for each in REASONS if (each,) != facts["reason"]),)
    facts["frailty"] = ("true",) if facts["frailty"] != ("true",) else ("false",)
    part = hand.answers.get("identity.part", {"values": ["whole"]})["values"][0]
    writer = _Writer(visit, stop)
    write: Callable[[dict[str, Said]], Flat] = {
        "reception": writer.reception,
        "medical": writer.medical,
    }.get(part, lambda said: writer.whole(said, hand.version))
    return write(facts)


def _told_twice(facts: dict[str, Said], drawn: random.Random) -> tuple[dict[str, Said], dict[str, Said]]:
    """Split facts over two whole records so that both together say them.

    A value that stands: told once beside an absence, or twice, or told anew over another. An absence that
    stands: the latest one.
    """
    first, second = dict(facts), dict(facts)
    for name in ("booking", "long_term_condition", "frailty", "follow_up", "reason", "outcome", "document"):
        stands = facts[name]
        absent = (drawn.choice(ABSENCES),)
        if stands[0] in ABSENCES:
            first[name] = absent
            continue
        how = drawn.randrange(4)
        if how == 0:
            second[name] = absent
        elif how == 1:
            first[name] = absent
        elif how == 2 and name in ("long_term_condition", "frailty"):
            first[name] = ("false",) if stands == ("true",) else ("true",)
        elif how == 2 and name == "reason":
            first[name] = (next(each for each in REASONS if each not in stands),)
    return first, second


class _Writer:
    """Writes the answers of one visit."""

    def __init__(self, visit: PlannedVisit, stop: Position) -> None:
        self._visit = visit
        self._stop = stop

    def whole(self, facts: dict[str, Said], version: str) -> Flat:
        """Everything, in one record."""
        part = {"identity.part": _values("complete")} if version == NEW else {}
        return {
            **part,
            **self._identity(facts, version),
            **(self._representative(facts) if version == NEW else {}),
            **self._administrative(facts, version),
            **self._clinical(facts),
            "information.given": _YES,
        }

    def reception(self, facts: dict[str, Said]) -> Flat:
        """The nurse's part."""
        return {
            "identity.part": _values("reception"),
            **self._identity(facts, NEW),
            **self._representative(facts),
            **self._administrative(facts, NEW),
            "information.given": _YES,
        }

    def medical(self, facts: dict[str, Said]) -> Flat:
        """The doctor's part."""
        representative = self._representative(facts)
        requested = {name: said for name, said in representative.items() if name == "representative.secrecy"}
        return {
            "identity.part": _values("medical"),
            **self._identity(facts, NEW),
            **requested,
            **self._clinical(facts),
        }

    def _identity(self, facts: dict[str, Said], version: str) -> Flat:
        person, known = self._visit.person, self._visit.known
        legal = {"identity.legal_status": _said("legal_status", facts["legal_status"])}
        return {
            "identity.mode": _values("complete" if known else "partial"),
            "identity.birth_name": _values(person.birth_name),
            "identity.first_given_name": _values(person.first_name),
            "identity.birth_date": _said("birth_date", facts["birth_date"]),
            "identity.sex": _said("sex", facts["sex"]),
            "identity.birth_place": _values(person.birth_place),
            "identity.document": _values("CN"),
            "identity.status": _values("VALI" if known else "PROV"),
            **(legal if version == NEW else {}),
        }

    def _representative(self, facts: dict[str, Said]) -> Flat:
        if facts["legal_status"] != ("minor",):
            return {}
        secret = self._visit.restricted
        companion = {
            "representative.companion_name": _absent("asked-declined"),
            "representative.companion_quality": _absent("asked-declined"),
        }
        return {
            "representative.secrecy": {"values": [secret]},
            **(companion if secret else {}),
            "representative.name": _absent("asked-declined"),
            "representative.relation": _absent("asked-unknown"),
            "representative.present": _YES,
            "representative.agreed": _values("person"),
        }

    def _administrative(self, facts: dict[str, Said], version: str) -> Flat:
        items = _ADMINISTRATIVE | (_SINCE_NEW if version == NEW else {})
        return {**_stated(facts, items.items()), **self._distance(facts["commune"])}

    def _distance(self, commune: Said) -> Flat:
        known = table().by_code.get(commune[0])
        if known is None or known.centre is None:
            return {}
        return {"visit.distance_km": {"values": [float(distance_km(known.centre, self._stop))]}}

    def _clinical(self, facts: dict[str, Said]) -> Flat:
        answers = _stated(facts, _CLINICAL.items())
        for status in ("allergies", "treatments", "conditions"):
            answers[f"history.{status}_status"] = _values("none")
        if "autre" in facts["reason"]:
            answers["reasons.other"] = _values("Pansement")
        if facts["follow_up"] == ("planned",):
            due = self._visit.stop.day + timedelta(days=30)
            answers["conclusion.follow_up_date"] = _values(due.isoformat())
            answers["conclusion.follow_up_by"] = _values("medicobus")
        if facts["document"][0] not in MISSING:
            answers |= {f"conclusion.delivery.{code}": _values("printed") for code in facts["document"]}
        return answers


def _stated(facts: dict[str, Said], items: Iterable[tuple[str, str]]) -> Flat:
    return {
        link_id: _said(name, facts[name])
        for name, link_id in items
        if facts[name][0] not in (NO_ANSWER, NO_QUESTION)
    }


def _said(name: str, said: Said) -> dict[str, Any]:
    if said[0] in MISSING:
        return _absent(said[0])
    return _values(*(code == "true" for code in said)) if name in _BOOLEANS else _values(*said)


def _values(*values: Any) -> dict[str, Any]:
    return {"values": list(values)}


def _absent(reason: str) -> dict[str, Any]:
    return {"absent": reason}
