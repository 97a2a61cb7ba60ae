"""What coordinators open at a hundred thousand records never reads records or answers from end to end."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from forms.load import published
from server.report.activity import activity
from server.report.conditions import holds
from server.report.day_count import day_count
from server.report.predicate import In
from server.report.scope import Scope
from server.review.pages import Key, Place, Where
from server.review.reviewer import Reviewer
from server.review.visits import VisitFilter, choices, visits, visits_behind
from server.store.control import Role
from server.store.database import Store
from server.store.read import Record, RecordState
from tests.bench.volume import fill
from tests.support.organisation import DAY, FORM, Seeded
from tests.support.plans import scanned

LONG = frozenset({"record", "answer", "chain_link", "visit_code"})
"""Tables that no page reads whole."""

FILTERS = [
    VisitFilter(),
    VisitFilter(first_day=DAY, last_day=DAY),
    VisitFilter(state=RecordState.TO_CORRECT),
    VisitFilter(number="A9"),
    VisitFilter(number="A9B8-C7D6"),
    VisitFilter(form="|".join(FORM)),
]
PLACES = [Place(), Place(Where.AFTER, Key(DAY, "8" * 36, "8" * 36)), Place(Where.LAST)]


@pytest.fixture
def filled(store: Store, team: Seeded) -> Seeded:
    fill(store, team, 300)
    return team


def reader(team: Seeded) -> Reviewer:
    return Reviewer(team.clinical, Role.CLINICAL_COORDINATOR, {team.team: "Équipe d’essai"})


def test_no_page_of_visits_reads_all_records(store: Store, filled: Seeded) -> None:
    def turn(session: Session) -> None:
        for wanted in FILTERS:
            for place in PLACES:
                visits(session, reader(filled), wanted, place)

    assert scanned(store, turn) & LONG == set()


@pytest.mark.parametrize(
    "run",
    [
        lambda session, team: activity(session, scope(team)),
        lambda session, team: visits_behind(
            session, reader(team), [*scope(team).visits(), holds(In("reason", ("douleur",)))]
        ),
        lambda session, team: day_count(session, [team.team], DAY),
        lambda session, team: choices(session, reader(team), None, published()),
    ],
)
def test_no_figure_reads_all_records(
    store: Store, filled: Seeded, run: Callable[[Session, Seeded], object]
) -> None:
    assert scanned(store, lambda session: run(session, filled)) & LONG == set()


def test_a_table_read_whole_is_seen(store: Store, filled: Seeded) -> None:
    assert scanned(store, lambda session: session.exec(select(Record.evaluator)).all()) == {"record"}


def scope(team: Seeded) -> Scope:
    return Scope(DAY.replace(month=1, day=1), DAY.replace(month=12, day=31), (team.team,))
