"""What a report covers: a period, teams, and perhaps one campaign, one place or one stop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, select

from server.report.conditions import Condition
from server.store.control import Stop
from server.store.figures import VisitFigure


@dataclass(frozen=True, slots=True)
class Scope:
    """Days are inclusive; ``teams`` are those counted, none of them counts nothing.

    ``place`` is the name of stops (« La Gresle »), ``stop`` the id of one of them. ``fewest``: visits of a
    stop's day that has fewer of them are left out (``view``); of other things than visits it says nothing.
    """

    first_day: date
    last_day: date
    teams: tuple[str, ...]
    campaign: str | None = None
    place: str | None = None
    stop: str | None = None
    fewest: int | None = None

    def visits(self) -> list[Condition]:
        """Return the conditions on ``VisitFigure``."""
        return [
            col(VisitFigure.day).between(self.first_day, self.last_day),
            col(VisitFigure.team_id).in_(self.teams),
            *([col(VisitFigure.campaign_id) == self.campaign] if self.campaign else []),
            *([col(VisitFigure.stop_id) == self.stop] if self.stop else []),
            *([col(VisitFigure.stop_id).in_(_named(self.place))] if self.place else []),
            *([self._attended(self.fewest)] if self.fewest else []),
        ]

    def stops(self) -> list[Condition]:
        """Return the conditions on ``Stop``: those planned, but for the cancelled ones."""
        return [
            col(Stop.day).between(self.first_day, self.last_day),
            col(Stop.team_id).in_(self.teams),
            col(Stop.cancelled).is_(False),
            *([col(Stop.campaign_id) == self.campaign] if self.campaign else []),
            *([col(Stop.id) == self.stop] if self.stop else []),
            *([col(Stop.name) == self.place] if self.place else []),
        ]

    def _attended(self, fewest: int) -> Condition:
        """The days of stops with enough visits, counted whole: of the perimeter, days and teams only."""
        columns = (col(VisitFigure.team_id), col(VisitFigure.stop_id), col(VisitFigure.day))
        attended = (
            select(*columns)
            .where(columns[2].between(self.first_day, self.last_day), columns[0].in_(self.teams))
            .group_by(*columns)
            .having(func.count() >= fewest)
        )
        return tuple_(*columns).in_(attended)

    def as_json(self) -> Mapping[str, Any]:
        """Return the scope as data, for a frozen report."""
        return {
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "teams": sorted(self.teams),
            "campaign": self.campaign,
            "place": self.place,
            "stop": self.stop,
        }


def places(session: Session, teams: tuple[str, ...]) -> list[str]:
    """Return the names of the places where these teams stop, in order."""
    return list(
        session.exec(select(Stop.name).where(col(Stop.team_id).in_(teams)).distinct().order_by(Stop.name))
    )


def _named(place: str) -> Any:
    return select(Stop.id).where(Stop.name == place)
