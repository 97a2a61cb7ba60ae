"""What a role sees of a perimeter: a clinical coordinator all, exact; an administrative one, nobody's answer.

An administrative coordinator sees which visits have which administrative facts, and may choose any days,
place or stop. A clinical count over so few, or the difference of two counts, would then be somebody's answer.
So, for that role:

- clinical figures leave out the visits of a stop's day with fewer than ``FEWEST`` visits, whatever perimeter
  is asked: perimeters are made of whole days of stops, so that no difference of two tells of fewer;
- over fewer than ``FEWEST`` visits in all, they are not shown;
- figures that cross clinical and administrative facts are shown over one whole civil year only, without any
  filter, and for groups of at least ``FEWEST``: no two such perimeters overlap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import msgspec
from sqlmodel import Session, func, select

from server.report import indicator
from server.report.activity import Activity, activity
from server.report.activity_tables import Translate, Writer
from server.report.facts import FACTS, Exposure
from server.report.indicator import OfVisits, Result, read_definition
from server.report.predicate import exposes, names, parse, to_text
from server.report.scope import Scope
from server.report.tables import Cell, Row, Table, words
from server.store.figures import VisitFigure

FEWEST = 5
"""The fewest visits that a clinical figure shown to an administrative coordinator may be over."""

_CROSS = "cross"


@dataclass(frozen=True, slots=True)
class View:
    """Whose eyes: ``clinical``, or administrative; ``unfiltered``: nothing but days was chosen."""

    clinical: bool
    unfiltered: bool


EXACT = View(clinical=True, unfiltered=True)
OFFICE = View(clinical=False, unfiltered=True)


def tables_of(
    session: Session, scope: Scope, view: View, t: Translate, language: str = "fr"
) -> tuple[Table, ...]:
    """Return the activity of a scope as this view shows it."""
    writer, exact = Writer(t, language), activity(session, scope)
    if view.clinical:
        return writer.tables(exact)
    narrow = replace(scope, fewest=FEWEST)
    left_out = exact.visits.count - visits_of(session, narrow)
    # Counting a year twice is most of the page: where no stop was nearly empty, both counts are the same.
    spared = activity(session, narrow) if left_out else exact
    crosses = _crosses(scope, view)
    return tuple(
        _shown(table, spared, t, left_out=left_out, crosses=crosses)
        for table in writer.tables(_merged(exact, spared))
    )


def results_of(session: Session, scope: Scope, view: View) -> list[Result]:
    """Return the indicators of a scope as this view shows them."""
    exact = indicator.results(session, scope)
    if view.clinical or not any(_is_clinical(each) for each in exact):
        return exact
    narrow = replace(scope, fewest=FEWEST)
    kept = visits_of(session, narrow)
    spared_results = exact if kept == visits_of(session, scope) else indicator.results(session, narrow)
    spared = {each.indicator.id: each for each in spared_results}
    enough = kept >= FEWEST
    shown = []
    for each in exact:
        if not _is_clinical(each):
            shown.append(each)
            continue
        told = spared[each.indicator.id]
        few = any(whole is not None and whole < FEWEST for whole in (told.denominator, told.visits))
        if not enough or few or (_mixes(each) and not _crosses(scope, view)):
            told = Result(each.indicator, None, None, typed=False, withheld=True)
        shown.append(told)
    return shown


def visits_of(session: Session, scope: Scope) -> int:
    """Return how many visits a scope counts."""
    return session.exec(select(func.count()).select_from(VisitFigure).where(*scope.visits())).one()


def emitted(tables: Iterable[Table]) -> Mapping[str, Cell]:
    """Return what these tables open: the text of each predicate, and a cell that it is behind."""
    return {
        to_text(parse(cell.opens)): cell
        for table in tables
        for row in (*table.rows, *table.missing)
        for cell in row.cells
        if cell.opens is not None
    }


def tells_more(tables: tuple[Table, ...], administrative: tuple[Table, ...]) -> bool:
    """Whether these tables tell more than an administrative coordinator may know."""
    return [_figures(table) for table in tables] != [_figures(table) for table in administrative]


def _figures(table: Table) -> tuple[object, ...]:
    return table.key, table.rows, table.missing


def _crosses(scope: Scope, view: View) -> bool:
    year = scope.first_day.year
    whole = (scope.first_day, scope.last_day) == (date(year, 1, 1), date(year, 12, 31))
    return whole and view.unfiltered


def _merged(exact: Activity, spared: Activity) -> Activity:
    """Administrative figures of all visits; clinical ones without those of nearly empty stops."""
    return replace(
        exact,
        breakdowns={
            name: spared.breakdowns[name] if _of_clinical(name) else each
            for name, each in exact.breakdowns.items()
            if name in spared.breakdowns or not _of_clinical(name)
        },
        means={
            name: spared.means[name] if _of_clinical(name) else each for name, each in exact.means.items()
        },
        cross=spared.cross,
    )


def _shown(table: Table, spared: Activity, t: Translate, *, left_out: int, crosses: bool) -> Table:
    few = spared.visits.count < FEWEST
    if table.key != _CROSS and not _of_clinical(table.key):
        return msgspec.structs.replace(table, rows=tuple(_row(row, t, few=few) for row in table.rows))
    if few or (table.key == _CROSS and not crosses):
        note = t("report.withheld.few", fewest=FEWEST) if few else t("report.withheld.cross", fewest=FEWEST)
        return msgspec.structs.replace(table, rows=(), missing=(), notes=(note,), drawn=None)
    rows = table.rows
    if table.key == _CROSS:
        rows = tuple(_row(row, t, few=0 < (row.cells[0].count or 0) < FEWEST) for row in rows)
    notes = table.notes
    if left_out:
        notes = (*notes, t("report.withheld.stops", fewest=FEWEST, visits=left_out))
    return msgspec.structs.replace(table, rows=rows, notes=notes)


def _row(row: Row, t: Translate, *, few: bool) -> Row:
    """Withhold the clinical cells of a row over few visits; a mean stands beside its own count."""
    if not few or not any(_opens_clinical(cell) for cell in row.cells):
        return row
    withheld = words(t("report.withheld", fewest=FEWEST))
    return Row(
        row.label,
        tuple(
            withheld if _opens_clinical(cell) or cell.kind in ("number", "nothing") else cell
            for cell in row.cells
        ),
        row.total,
        row.within,
    )


def _opens_clinical(cell: Cell) -> bool:
    return cell.opens is not None and exposes(parse(cell.opens)) is Exposure.CLINICAL


def _of_clinical(name: str) -> bool:
    return name in FACTS and FACTS[name].exposure is Exposure.CLINICAL


def _named(result: Result) -> set[str]:
    definition = read_definition(result.indicator.definition)
    return set(names(definition.counted_above)) if isinstance(definition, OfVisits) else set()


def _is_clinical(result: Result) -> bool:
    return any(_of_clinical(name) for name in _named(result))


def _mixes(result: Result) -> bool:
    return _is_clinical(result) and any(not _of_clinical(name) for name in _named(result))
