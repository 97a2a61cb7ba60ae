"""Which item of the forms feeds which column of the figures: the one place that knows their linkIds.

A linkId never changes meaning (docs/forms.md), so one table serves every version of every form.
"""

from collections.abc import Mapping

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
DISTANCE = "visit.distance_km"
PART = "identity.part"
COMPLETE = "complete"
"""The part that a record of a form without parts is."""

SEVERAL: Mapping[str, str] = {
    "reason": "reasons.reason",
    "outcome": "conclusion.outcome",
    "document": "conclusion.documents",
}
"""Items of ``VisitCode``: the linkId of a choice that repeats."""

LINK_IDS = frozenset({*CODES.values(), *SEVERAL.values(), BIRTH_DATE, DISTANCE, PART})

NO_QUESTION = "no-question"
NO_ANSWER = "no-answer"
ABSENCES = ("asked-unknown", "asked-declined", "not-performed", "not-asked")
MISSING = (*ABSENCES, NO_ANSWER, NO_QUESTION)
"""Every reason for which a column may hold no answer, in the order in which reports tell them."""
