"""The facts that predicates may name: what is known of one visit, and who may see whose they are.

A closed list, as data. A text that names anything else is refused where it is parsed (``predicate``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from forms.load import published
from server.projection.figure_items import CODES, MISSING, SEVERAL
from server.store.read import RecordState


class Kind(StrEnum):
    """What a fact is compared with."""

    CODE = "code"
    SEVERAL = "several"
    NUMBER = "number"
    DAY = "day"
    IDENTIFIER = "identifier"
    PLACE = "place"


class Exposure(StrEnum):
    """What knowing that a visit satisfies a condition on the fact tells of its person."""

    ADMINISTRATIVE = "administrative"
    CLINICAL = "clinical"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``column`` of ``VisitFigure`` holds it (none: rows of ``VisitCode``); ``missing``, why not.

    ``codes``: all that may be answered, over every published version; None: not a closed list.
    """

    name: str
    kind: Kind
    exposure: Exposure
    column: str | None = None
    missing: str | None = None
    codes: frozenset[str] | None = None

    @property
    def may_be_missing(self) -> bool:
        """Whether a visit may not say it."""
        return self.kind is Kind.SEVERAL or self.missing is not None


_CLINICAL = frozenset(
    {
        "sex",
        "legal_status",
        "long_term_condition",
        "frailty",
        "last_seen",
        "follow_up",
        "reason",
        "outcome",
        "document",
    }
)
"""What an administrative coordinator does not learn of a visit: clinical answers, and traits."""


def options(link_id: str) -> dict[str, tuple[str, str]]:
    """Return what an item offers over every published version: code → French and English words."""
    found: dict[str, tuple[str, str]] = {}
    for _, form in sorted(published().items()):
        item = form.index.get(link_id)
        if item is None:
            continue
        if item.type == "boolean":
            found |= {"true": ("oui", "yes"), "false": ("non", "no")}
        found |= {code: (option.display, option.display_en) for code, option in item.options.items()}
    return found


def _exposure(name: str) -> Exposure:
    return Exposure.CLINICAL if name in _CLINICAL else Exposure.ADMINISTRATIVE


def _facts() -> dict[str, Fact]:
    found = [
        *(
            Fact(
                name,
                Kind.CODE,
                _exposure(name),
                name,
                name,
                None if name == "commune" else frozenset(options(link_id)),
            )
            for name, link_id in CODES.items()
        ),
        *(
            Fact(name, Kind.SEVERAL, _exposure(name), codes=frozenset(options(link_id)))
            for name, link_id in SEVERAL.items()
        ),
        Fact("age", Kind.NUMBER, Exposure.CLINICAL, "age", "age_missing"),
        Fact(
            "distance_km",
            Kind.NUMBER,
            Exposure.ADMINISTRATIVE,
            "distance_km",
            "distance_missing",
        ),
        Fact("day", Kind.DAY, Exposure.ADMINISTRATIVE, "day"),
        Fact("campaign", Kind.IDENTIFIER, Exposure.ADMINISTRATIVE, "campaign_id"),
        Fact("team", Kind.IDENTIFIER, Exposure.ADMINISTRATIVE, "team_id"),
        Fact("stop", Kind.IDENTIFIER, Exposure.ADMINISTRATIVE, "stop_id"),
        Fact("place", Kind.PLACE, Exposure.ADMINISTRATIVE, "stop_id"),
        Fact(
            "identified", Kind.CODE, Exposure.ADMINISTRATIVE, "identified", codes=frozenset({"true", "false"})
        ),
        Fact(
            "state",
            Kind.CODE,
            Exposure.ADMINISTRATIVE,
            "state",
            codes=frozenset(state.value for state in RecordState),
        ),
    ]
    return {fact.name: fact for fact in found}


FACTS: Mapping[str, Fact] = _facts()
MISSING_CODES = frozenset(MISSING)
