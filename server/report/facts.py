"""The facts that predicates may name: what is known of one visit, and who may see whose they are.

A closed list, as data. A text that names anything else is refused where it is parsed (``predicate``).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from forms.canonical import in_order, name_of
from forms.load import published
from forms.tasks import TaskKind, task_rules
from server.projection.figure_items import CODES, FORM, INSTRUMENTS, MISSING, SEVERAL
from server.store.read import RecordState


class Kind(StrEnum):
    """What a fact is compared with."""

    CODE = "code"
    SEVERAL = "several"
    NUMBER = "number"
    DAY = "day"
    IDENTIFIER = "identifier"
    PLACE = "place"
    RELATED = "related"


class Exposure(StrEnum):
    """What knowing that a visit satisfies a condition on the fact tells of its person."""

    ADMINISTRATIVE = "administrative"
    CLINICAL = "clinical"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``column`` of ``VisitFigure`` holds it (none: rows of ``VisitCode``); ``missing``, why not.

    ``offered``: gives all that may be answered, over every version published by now; None: not a closed list.
    ``sparse``: rows only where a form of the visit asks. A ``RELATED`` one is known from rows beside
    (``related``).
    """

    name: str
    kind: Kind
    exposure: Exposure
    column: str | None = None
    missing: str | None = None
    offered: Callable[[], Iterable[str]] | None = None
    sparse: bool = False

    @property
    def codes(self) -> frozenset[str] | None:
        """All that may be answered; None: not a closed list. It grows when a form is published."""
        return None if self.offered is None else frozenset(self.offered()) or None

    @property
    def may_be_missing(self) -> bool:
        """Whether a visit may not say it."""
        return self.kind is Kind.SEVERAL or self.missing is not None


TASK_FACTS: Mapping[str, TaskKind] = {
    "bpco_confirmation": TaskKind.BPCO_CONFIRMATION,
    "icope_step2_done": TaskKind.ICOPE_STEP2,
    "icope_monitor_done": TaskKind.ICOPE_MONITOR,
}
"""Facts that say where the task of a kind stands that an answer of the visit asked for."""

OPEN = "open"
"""Of a task on which nobody said anything yet."""

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
        "letter",
        "bpco_confirmation",
        "icope_step2_done",
        "icope_step2_told",
        "icope_follow_up",
        *(fact.name for fact in INSTRUMENTS.values() if fact.clinical),
    }
)
"""What an administrative coordinator does not learn of a visit: clinical answers, and traits."""


def options(link_id: str) -> dict[str, tuple[str, str]]:
    """Return what an item offers over every published version: code → French and English words."""
    found: dict[str, tuple[str, str]] = {}
    for form in in_order(published().values()):
        item = form.index.get(link_id)
        if item is None:
            continue
        if item.type == "boolean":
            found |= {"true": ("oui", "yes"), "false": ("non", "no")}
        found |= {code: (option.display, option.display_en) for code, option in item.options.items()}
    return found


def repeats(link_id: str) -> bool:
    """Whether some published version lets an item be answered several times in one record."""
    return any(form.index[link_id].repeats for form in published().values() if link_id in form.index)


def is_whole_number(name: str) -> bool:
    """Whether what visits say of a fact are whole numbers, in every published version."""
    if name not in INSTRUMENTS:
        return False
    link_id = INSTRUMENTS[name].link_id
    types = {form.index[link_id].type for form in published().values() if link_id in form.index}
    return types == {"integer"}


def form_titles() -> dict[str, tuple[str, str]]:
    """Return the published forms by name (the URL's last segment), with their latest titles, fr and en."""
    return {name_of(form.url): (form.title, form.title_en) for form in in_order(published().values())}


def _task_codes(kind: TaskKind) -> frozenset[str]:
    """Return where a task of this kind may stand: its outcomes, or ``open``."""
    return frozenset({OPEN, *task_rules().kinds[kind].outcomes})


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
                None if name == "commune" else partial(options, link_id),
            )
            for name, link_id in CODES.items()
        ),
        *(
            Fact(name, Kind.SEVERAL, _exposure(name), offered=partial(options, link_id))
            for name, link_id in SEVERAL.items()
        ),
        *(
            Fact(
                fact.name,
                Kind.SEVERAL,
                _exposure(fact.name),
                offered=partial(options, fact.link_id),
                sparse=True,
            )
            for fact in INSTRUMENTS.values()
        ),
        Fact(FORM, Kind.SEVERAL, Exposure.ADMINISTRATIVE, offered=form_titles),
        Fact("letter", Kind.RELATED, _exposure("letter"), offered=lambda: ("issued", "sent")),
        *(
            Fact(name, Kind.RELATED, _exposure(name), offered=partial(_task_codes, kind))
            for name, kind in TASK_FACTS.items()
        ),
        Fact("list", Kind.RELATED, _exposure("list"), offered=lambda: ("expected", "walk_in")),
        Fact(
            "icope_step2_told",
            Kind.RELATED,
            _exposure("icope_step2_told"),
            offered=lambda: ("done", "not_done"),
        ),
        Fact(
            "icope_follow_up",
            Kind.RELATED,
            _exposure("icope_follow_up"),
            offered=lambda: ("followed", "not_followed", "not_due"),
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
            "identified", Kind.CODE, Exposure.ADMINISTRATIVE, "identified", offered=lambda: ("true", "false")
        ),
        Fact(
            "state",
            Kind.CODE,
            Exposure.ADMINISTRATIVE,
            "state",
            offered=lambda: (state.value for state in RecordState),
        ),
    ]
    return {fact.name: fact for fact in found}


FACTS: Mapping[str, Fact] = _facts()
MISSING_CODES = frozenset(MISSING)
