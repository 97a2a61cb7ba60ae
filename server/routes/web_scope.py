"""The period and the perimeter of a report, from the page's address: what cannot be read is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from server.central.databases import quarter
from server.planning.typed import address_day
from server.report.scope import Scope, places
from server.review.reviewer import Reviewer
from server.store.control import Campaign, Stop

FIELDS = ("du", "au", "campagne", "equipe", "lieu", "escale")
_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class TypedScope:
    """The perimeter as ``typed`` (shown again) and ``scope`` (counted); ``faults``: names of bad fields."""

    typed: dict[str, str]
    scope: Scope
    faults: tuple[str, ...]

    @property
    def unfiltered(self) -> bool:
        """Whether nothing but days was chosen."""
        return not any(self.typed[name] for name in FIELDS if name not in ("du", "au"))

    def address(self, **more: str) -> str:
        """Return the query of a page on the same perimeter."""
        return urlencode({**{name: text for name, text in self.typed.items() if text}, **more})


@dataclass(frozen=True, slots=True)
class ScopeChoices:
    """What the filters offer, as (value, text)."""

    campaigns: tuple[tuple[str, str], ...]
    teams: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    stops: tuple[tuple[str, str], ...]


def read_scope(query: Mapping[str, str], reader: Reviewer, today: date) -> TypedScope:
    """Read the perimeter, within the teams of the reader; without a period, this year."""
    typed = {name: query.get(name, "").strip()[:_MAX_CHARACTERS] for name in FIELDS}
    first, last = address_day(typed["du"]), address_day(typed["au"])
    faults = [name for name, day in (("du", first), ("au", last)) if typed[name] and day is None]
    if first and last and first > last:
        faults.append("au")
    if faults or first is None or last is None:
        first, last = year(today)
    if not typed["du"] and not typed["au"]:
        typed["du"], typed["au"] = first.isoformat(), last.isoformat()
    chosen = typed["equipe"]
    scope = Scope(
        first_day=first,
        last_day=last,
        # Another team's id is not hers to count: it counts nothing.
        teams=tuple(reader.teams) if not chosen else (chosen,) if reader.reads(chosen) else (),
        campaign=typed["campagne"] or None,
        place=typed["lieu"] or None,
        stop=typed["escale"] or None,
    )
    return TypedScope(typed, scope, tuple(faults))


def scope_choices(session: Session, reader: Reviewer, scope: Scope) -> ScopeChoices:
    """Return what can be chosen: campaigns and places of the reader's teams, stops of the period."""
    teams = tuple(reader.teams)
    campaigns = session.exec(
        select(Campaign.id, Campaign.title)
        .where(col(Campaign.id).in_(select(Stop.campaign_id).where(col(Stop.team_id).in_(teams))))
        .order_by(Campaign.title)
    ).all()
    stops = session.exec(
        select(Stop)
        .where(col(Stop.team_id).in_(teams), col(Stop.day).between(scope.first_day, scope.last_day))
        .order_by(col(Stop.day), col(Stop.name))
    )
    return ScopeChoices(
        campaigns=tuple((identifier, title) for identifier, title in campaigns),
        teams=tuple(reader.teams.items()),
        places=tuple((place, place) for place in places(session, teams)),
        stops=tuple((stop.id, f"{stop.day:%d/%m/%Y} – {stop.name}") for stop in stops),
    )


def year(day: date) -> tuple[date, date]:
    """Return the first and last day of the civil year."""
    return day.replace(month=1, day=1), day.replace(month=12, day=31)


def presets(today: date) -> dict[str, tuple[date, date]]:
    """Return the usual periods, by key of the catalogue."""
    first_of_month = today.replace(day=1)
    end_before = first_of_month - timedelta(days=1)
    next_month = (first_of_month + timedelta(days=32)).replace(day=1)
    return {
        "this-month": (first_of_month, next_month - timedelta(days=1)),
        "last-month": (end_before.replace(day=1), end_before),
        "this-quarter": quarter(today),
        "this-year": year(today),
        "last-year": year(today.replace(month=1, day=1) - timedelta(days=1)),
    }
