"""The report of a year, and pages of the review list, at a hundred thousand visits on both databases."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

import psycopg
from sqlmodel import Session

from server.keys.organisation import generate
from server.report.activity import activity
from server.report.chart import bars
from server.report.conditions import holds
from server.report.predicate import In, parse, to_text
from server.report.scope import Scope
from server.report.tables import Cell
from server.report.view import EXACT, OFFICE, View, tables_of
from server.report.writing import Written
from server.review.pages import Key, Place, Where
from server.review.reviewer import Reviewer
from server.review.visits import VisitFilter, visits, visits_behind
from server.routes.web_catalogue import TRANSLATORS
from server.routes.web_page import ENVIRONMENT
from server.store import migrate
from server.store.control import Role
from server.store.database import Store, connect
from server.store.read import RecordState
from tests.bench.measurement import Measurement
from tests.bench.volume import fill
from tests.support.organisation import FORM, Seeded, seed
from tests.support.postgres import running_postgres

ORGANISATION = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"
VISITS = 100_000
REPORT_GOAL_MS = 1000
PAGE_GOAL_MS = 100
REPETITIONS = 5
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)

FILTERS: Mapping[str, VisitFilter] = {
    "no filter": VisitFilter(),
    "a year": VisitFilter(first_day=FIRST, last_day=LAST),
    "a state": VisitFilter(state=RecordState.VALIDATED),
    "a state that none has": VisitFilter(state=RecordState.SUPERSEDED),
    "a form": VisitFilter(form=f"{FORM[0]}|1.1.0"),
    "a number": VisitFilter(number="A9C1-22AA"),
    "part of a number": VisitFilter(number="A9C"),
}


def measure() -> list[Measurement]:
    """Return, for each database, the report of a year and the slowest page of each filter."""
    return [line for name, store in _stores() for line in _measured(name, store)]


def _stores() -> Iterator[tuple[str, Store]]:
    with tempfile.TemporaryDirectory() as directory:
        yield "SQLite", Store(connect(f"sqlite:///{Path(directory) / 'escale.db'}"))
    with running_postgres() as url:
        with psycopg.connect(url.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield "PostgreSQL", Store(connect(url + "bench"))


def _measured(name: str, store: Store) -> Iterator[Measurement]:
    with _filled(store) as seeded, store.session() as session:
        scope = Scope(FIRST, LAST, (seeded.team,))
        counted = activity(session, scope).visits.count
        for role, view in (("clinical", EXACT), ("administrative", OFFICE)):
            took = _median_ms(partial(shown, session, scope, view))
            label = f"{name}: page of a year's activity, {role}, {counted} visits of {VISITS}"
            yield Measurement(label, took, "ms", REPORT_GOAL_MS, at_most=True)
        reader = Reviewer(seeded.clinical, Role.CLINICAL_COORDINATOR, {seeded.team: "Équipe"})
        for label, wanted in FILTERS.items():
            yield _page(name, label, partial(visits, session, reader, wanted), seeded)
        behind = [*scope.visits(), holds(In("reason", ("douleur",)))]
        yield _page(name, "behind a figure", partial(visits_behind, session, reader, behind), seeded)


def shown(session: Session, scope: Scope, view: View) -> str:
    """Do the whole work of the page: count, write the tables, draw the charts, render them."""
    t, written = TRANSLATORS["fr"], Written("fr")
    figures = ENVIRONMENT.get_template("figures.html").module.figures  # type: ignore[attr-defined]
    return "".join(
        figures(t, table, bars(table, "fr"), written, _opens) for table in tables_of(session, scope, view, t)
    )


def _opens(cell: Cell) -> str:
    return "" if cell.opens is None or not cell.count else f"?predicat={to_text(parse(cell.opens))}"


def _page(name: str, label: str, turn: Callable[[Place], object], seeded: Seeded) -> Measurement:
    """Measure the first, a middle and the last page; report the slowest."""
    middle = Place(Where.AFTER, Key(date(2025, 7, 1), "8" * 36, seeded.team))
    slowest = max(_median_ms(partial(turn, place)) for place in (Place(), middle, Place(Where.LAST)))
    return Measurement(f"{name}: page of the list, {label}", slowest, "ms", PAGE_GOAL_MS, at_most=True)


def _median_ms(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        run()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


@contextmanager
def _filled(store: Store) -> Iterator[Seeded]:
    migrate.upgrade(store.engine)
    seeded = seed(store, generate(ORGANISATION))
    fill(store, seeded, VISITS)
    yield seeded
    store.close()


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
