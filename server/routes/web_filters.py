"""The filters of the list of visits, from the page's address: what cannot be read is said, not guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from server.planning.typed import address_day
from server.review.pages import KeyPage, Place, read_place
from server.review.visits import VisitFilter
from server.store.read import RecordState

FIELDS = ("du", "au", "escale", "equipe", "etat", "formulaire", "numero")
_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class TypedFilters:
    """The filters as ``typed`` (shown again) and ``wanted`` (applied); ``faults``: names of bad fields."""

    typed: dict[str, str]
    wanted: VisitFilter
    place: Place
    faults: tuple[str, ...]

    def address(self, **page: str) -> str:
        """Return the query of another page of the same list (``pages_of`` says which members it takes)."""
        return urlencode({**{name: text for name, text in self.typed.items() if text}, **page})


def read_filters(query: Mapping[str, str], today: date) -> TypedFilters:
    """Read the filters; without any, the visits of today."""
    typed = {name: query.get(name, "").strip()[:_MAX_CHARACTERS] for name in FIELDS}
    if not any(name in query for name in FIELDS):
        typed["du"] = typed["au"] = today.isoformat()
    faults = []
    days: dict[str, date | None] = {}
    for name in ("du", "au"):
        days[name] = address_day(typed[name])
        if typed[name] and days[name] is None:
            faults.append(name)
    if days["du"] and days["au"] and days["du"] > days["au"]:
        faults.append("au")
    state = RecordState(typed["etat"]) if typed["etat"] in set(RecordState) else None
    wanted = VisitFilter(
        first_day=days["du"],
        last_day=days["au"],
        stop=typed["escale"] or None,
        team=typed["equipe"] or None,
        state=state,
        form=typed["formulaire"] or None,
        number=typed["numero"] or None,
    )
    return TypedFilters(typed, wanted, place_of(query), tuple(faults))


def place_of(query: Mapping[str, str]) -> Place:
    """Return which page of a list an address asks for."""
    return read_place(query.get("apres", ""), query.get("avant", ""), query.get("fin", ""))


def pages_of(keys: KeyPage) -> dict[str, dict[str, str]]:
    """Return the members of the addresses of the pages around one, by relation, as far as there are any."""
    found: dict[str, dict[str, str]] = {}
    if keys.has_previous and keys.keys:
        found |= {"first": {}, "prev": {"avant": keys.keys[0].text()}}
    if keys.has_next and keys.keys:
        found |= {"next": {"apres": keys.keys[-1].text()}, "last": {"fin": "1"}}
    return found
