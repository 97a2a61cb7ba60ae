"""A frozen report and an indicator, for what opens them."""

from server.identifiers import new_uuid
from server.report import frozen, indicator
from server.report.frozen import Order
from server.report.scope import Scope
from server.report.view import OFFICE, View
from server.routes.web_catalogue import TRANSLATORS
from server.store.database import Store
from server.store.reports import Indicator
from tests.support.organisation import DAY, NOON, Seeded


def frozen_report(store: Store, team: Seeded, view: View = OFFICE) -> str:
    """Freeze a report on a team's day as both roles may read it, unless told; return its id."""
    with store.session() as session:
        order = Order("Rapport d’essai", Scope(DAY, DAY, (team.team,)), None, team.clinical, NOON, view)
        return frozen.freeze(session, frozen.document_of(session, order, TRANSLATORS["fr"]), order).id


def typed_indicator(store: Store) -> str:
    """Add an indicator that is typed; return its id."""
    with store.session() as session:
        last = max((each.position for each in indicator.indicators(session)), default=0)
        added = Indicator(id=new_uuid(), position=last + 1, label="Satisfaction")
        session.add(added)
        return added.id
