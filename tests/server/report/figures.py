"""Rows of figures as the projection writes them, for what counts them."""

from datetime import date
from typing import Any

from server.identifiers import new_uuid
from server.store.database import Store
from server.store.figures import VisitCode, VisitFigure
from tests.support.organisation import DAY, Seeded

PLAIN: dict[str, Any] = {
    "identified": True,
    "sex": "F",
    "age": 72,
    "age_missing": None,
    "commune": "42015",
    "distance_km": 7.4,
    "distance_missing": None,
    "booking": "telephone",
    "attending_gp": "avec_mt",
    "gp_search": "no-answer",
    "long_term_condition": "false",
    "frailty": "false",
    "legal_status": "none",
    "new_patient": "no-question",
    "last_seen": "no-question",
    "follow_up": "none",
    "sharing": "true",
    "state": "integrated",
}
NUMBERS = {"age": "age_missing", "distance_km": "distance_missing"}


def add_visit(
    store: Store,
    team: Seeded,
    *,
    person: str | None = None,
    stop: str | None = None,
    day: date = DAY,
    visit: str | None = None,
    reason: tuple[str, ...] = ("douleur",),
    outcome: tuple[str, ...] = ("conseils",),
    document: tuple[str, ...] = ("none",),
    **said: Any,
) -> str:
    """Add one visit's figures; a number that is a text is why there is none. Return the visit's id."""
    visit = visit or new_uuid()
    columns = {**PLAIN, **said}
    for number, missing in NUMBERS.items():
        if isinstance(columns[number], str):
            columns[number], columns[missing] = None, columns[number]
    with store.session() as session:
        session.add(
            VisitFigure(
                visit_id=visit,
                team_id=team.team,
                campaign_id=team.campaign,
                stop_id=stop or team.stop,
                day=day,
                person_key=person or visit,
                **columns,
            )
        )
        for item, codes in {"reason": reason, "outcome": outcome, "document": document}.items():
            for code in codes:
                session.add(VisitCode(visit_id=visit, team_id=team.team, item=item, code=code))
    return visit
