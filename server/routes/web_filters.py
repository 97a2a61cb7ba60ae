"""The filters of the list of visits, from the page's address: what cannot be read is said, not guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from server.review.visits import VisitFilter
from server.store.read import RecordState

FIELDS = ("du", "au", "escale", "equipe", "etat", "formulaire", "numero")
_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class TypedFilters:
    """The filters as ``typed`` (shown again) and ``wanted`` (applied); ``faults``: names of bad fields."""

    typed: dict[str, str]
    wanted: VisitFilter
    page: int
    faults: tuple[str, ...]

    def address(self, page: int) -> str:
        """Return the query of another page of the same list."""
        return urlencode({**{name: text for name, text in self.typed.items() if text}, "page": page})


def read_filters(query: Mapping[str, str], today: date) -> TypedFilters:
    """Read the filters; without any, the visits of today."""
    typed = {name: query.get(name, "").strip()[:_MAX_CHARACTERS] for name in FIELDS}
    if not any(name in query for name in FIELDS):
        typed["du"] = typed["au"] = today.isoformat()
    faults = []
    days: dict[str, date | None] = {}
    for name in ("du", "au"):
        days[name] = _day(typed[name])
        if typed[name] and days[name] is None:
            faults.append(name)
    if days["du"] and days["au"] and days["du"] > days["au"]:
        faults.append("au")
    state = RecordState(typed["etat"]) if typed["etat"] in set(RecordState) else None
    page = query.get("page", "1")
    wanted = VisitFilter(
        first_day=days["du"],
        last_day=days["au"],
        stop=typed["escale"] or None,
        team=typed["equipe"] or None,
        state=state,
        form=typed["formulaire"] or None,
        number=typed["numero"] or None,
    )
    return TypedFilters(typed, wanted, int(page) if page.isdecimal() and len(page) < 7 else 1, tuple(faults))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
