"""Which item of the forms feeds which column of the figures: the one place that knows their linkIds.

A linkId never changes meaning (docs/forms.md), so one table serves every version of every form.
"""

from collections.abc import Mapping
from importlib import resources

import msgspec


class InstrumentFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact of one instrument: the linkId of a choice, a yes or no, or a whole number.

    ``clinical``: whether it tells an answer about the person. ``table``: whether reports tell it whole.
    """

    name: str
    link_id: str
    clinical: bool
    table: bool


CODES: Mapping[str, str] = {
    "sex": "identity.sex",
    "commune": "visit.commune",
    "booking": "visit.booking",
    "attending_gp": "visit.attending_gp",
    "gp_search": "visit.attending_gp_search",
    "long_term_condition": "visit.long_term_condition",
    "frailty": "visit.frailty",
    "legal_status": "identity.legal_status",
    "new_patient": "visit.new_patient",
    "last_seen": "visit.last_seen",
    "follow_up": "conclusion.follow_up",
    "sharing": "information.sharing",
}
"""Columns that hold one code: the linkId of a choice that does not repeat, or of a yes or no."""

BIRTH_DATE = "identity.birth_date"
BIRTH_YEAR = "stand.birth_year"
"""What a station is told, to check the label; no column of the figures."""
DISTANCE = "visit.distance_km"
PART = "identity.part"
COMPLETE = "complete"
"""The part that a record of a form without parts is."""
STATION = "station"
"""The part that several hands write, each for what they did: a stand's stations."""

SEVERAL: Mapping[str, str] = {
    "reason": "reasons.reason",
    "outcome": "conclusion.outcome",
    "document": "conclusion.documents",
}
"""Items of ``VisitCode``: the linkId of a choice that repeats."""

INSTRUMENTS: Mapping[str, InstrumentFact] = {
    fact.name: fact
    for fact in msgspec.json.decode(
        resources.files("server.projection").joinpath("instrument_facts.json").read_bytes(),
        type=list[InstrumentFact],
    )
}
"""Items of ``VisitCode`` too, with rows only where a form of the visit has the question; data, in a file."""

FORM = "form"
"""The item of ``VisitCode`` that names the forms recorded in a visit: the last segment of their URLs."""

LINK_IDS = frozenset(
    {
        *CODES.values(),
        *SEVERAL.values(),
        *(fact.link_id for fact in INSTRUMENTS.values()),
        BIRTH_DATE,
        DISTANCE,
        PART,
    }
)


def link_id_of(fact: str) -> str | None:
    """Return the item that says a fact; None for one that no item says by itself."""
    instrument = INSTRUMENTS.get(fact)
    return instrument.link_id if instrument else CODES.get(fact) or SEVERAL.get(fact)


NO_QUESTION = "no-question"
NO_ANSWER = "no-answer"
ABSENCES = ("asked-unknown", "asked-declined", "not-performed", "not-asked")
MISSING = (*ABSENCES, NO_ANSWER, NO_QUESTION)
"""Every reason for which a column may hold no answer, in the order in which reports tell them."""
