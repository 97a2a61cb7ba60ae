"""No hidden count of a report for a third party can be solved for, from all that the report shows."""

from hypothesis import assume, example, given
from hypothesis import strategies as st

from server.report.linear import determined
from server.report.scope import Scope
from server.report.small_cells import Sums, hide_all
from server.report.tables import Row, Table, count, percent
from server.report.view import EXACT, tables_of
from server.routes.web_catalogue import TRANSLATORS
from server.store.database import Store
from tests.server.report.figures import add_visit
from tests.support.organisation import DAY, Seeded

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=5)


def solved(tables: tuple[Table, ...], threshold: int) -> list[int]:
    """The hidden counts that what is shown leaves one value for."""
    shown, sums = hide_all(tables, threshold), Sums(tables)
    unknown = {
        variable
        for (table, line, column), variable in sums.at.items()
        if (*shown[table].rows, *shown[table].missing)[line].cells[column].kind == "hidden"
    }
    for table, variable in sums.of.items():
        kinds = {cell.kind for row in shown[table].rows for cell in row.cells}
        if "percent" not in kinds and not shown[table].notes:
            unknown.add(variable)
    return [sums.values[each] for each in determined(sums.equations, sorted(unknown))]


def parted(key: str, counts: list[int], missing: list[int]) -> Table:
    stated = sum(counts)
    rows = [Row(f"l{line}", (count(each), percent(each, stated))) for line, each in enumerate(counts)]
    rows.append(Row("stated", (count(stated), percent(stated, stated)), total=True))
    unsaid = tuple(Row("m", (count(each),)) for each in missing if each)
    return Table(key, key, ("", "n", "%"), tuple(rows), unsaid, (f"of {stated}",), partition=True, drawn=0)


def test_unknowns_that_equations_leave_open_are_open() -> None:
    assert determined([{0: 1, 1: 1, 2: -1}], [0, 1]) == set()
    assert determined([{0: 1, 1: 1, 2: -1}], [0]) == {0}
    assert determined([{0: 1, 1: 1}, {0: 1, 1: -1}], [0, 1]) == {0, 1}


@given(counts=COUNTS, missing=COUNTS, threshold=st.integers(2, 20))
@example(counts=[0], missing=[1, 30], threshold=2)
def test_no_count_of_a_table_is_had_by_subtraction(
    counts: list[int], missing: list[int], threshold: int
) -> None:
    # Of a table by itself everybody is taken to know all visits; over fewer than that, all is hidden.
    assume(sum(counts) + sum(missing) >= threshold)
    assert solved((parted("k", counts, missing),), threshold) == []


@given(stated=st.integers(100, 1000), threshold=st.integers(2, 50))
def test_one_who_refused_is_not_all_visits_but_those_who_said(stated: int, threshold: int) -> None:
    (shown,) = hide_all((parted("k", [stated, 60], [1]),), threshold)
    assert [row.cells[0].kind for row in (*shown.rows, *shown.missing)].count("hidden") >= 3
    assert shown.notes == ()
    assert {cell.kind for row in shown.rows for cell in row.cells} <= {"count", "hidden", "nothing"}


GROUPS: tuple[tuple[int, dict[str, object]], ...] = (
    (14, {"sex": "F", "booking": "telephone"}),
    (12, {"sex": "M", "booking": "internet", "attending_gp": "sans_mt", "age": 50}),
    (1, {"identified": False, "sex": "asked-declined"}),
    (3, {"long_term_condition": "true", "age": "asked-unknown", "reason": ("autre",)}),
    (1, {"attending_gp": "not-asked", "booking": "no-answer", "reason": ("no-question",)}),
    (1, {"reason": ("no-answer",), "frailty": "true"}),
)


def test_no_count_of_a_whole_report_is_solved_for(store: Store, team: Seeded) -> None:
    for times, said in GROUPS:
        for _ in range(times):
            add_visit(store, team, **said)  # type: ignore[arg-type]
    with store.session() as session:
        tables = tables_of(session, Scope(DAY, DAY, (team.team,)), EXACT, TRANSLATORS["fr"])
    assert len(Sums(tables).equations) > 20
    assert solved(tables, 11) == []
    summary = hide_all(tables, 11)[0]
    assert [summary.rows[2].cells[1].kind, summary.rows[3].cells[0].kind] == ["hidden", "hidden"]
