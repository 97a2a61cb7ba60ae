"""Indicators: read strictly, computed within their denominators, typed for exactly a period."""

from datetime import time
from decimal import Decimal

import pytest

from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.report import indicator
from server.report.indicator import DefinitionInvalid, Result, defaults, definition_json, read_definition
from server.report.indicator_table import indicator_table
from server.report.predicate import In, parse
from server.report.scope import Scope
from server.report.view import EXACT, tables_of
from server.routes.web_catalogue import TRANSLATORS
from server.store.control import RosterEntry
from server.store.database import Store
from server.store.reports import Indicator
from tests.server.report.figures import add_visit
from tests.support.organisation import DAY, NOON, Seeded, seed_team
from tests.support.reports import typed_indicator

EVERYBODY: dict[str, object] = {"all": []}
WITHOUT = {"fact": "attending_gp", "in": ["sans_mt"]}


def results(store: Store, team: Seeded, **changed: object) -> dict[str, Result]:
    scope = Scope(**{"first_day": DAY, "last_day": DAY, "teams": (team.team,), **changed})  # type: ignore[arg-type]
    with store.session() as session:
        return {each.indicator.label: each for each in indicator.results(session, scope)}


def define(store: Store, label: str, definition: dict[str, object]) -> None:
    with store.session() as session:
        session.add(Indicator(id=label, position=1, label=label, definition=definition))


def test_the_default_set_is_readable_and_adopted_once(store: Store, team: Seeded) -> None:
    with store.session() as session:
        assert indicator.adopt(session) == len(defaults()) > 10
        assert indicator.adopt(session) == 0
    add_visit(store, team, attending_gp="sans_mt", age=75)
    add_visit(store, team, age=75)
    found = results(store, team)
    assert found["Passages"].numerator == 2
    share = found["Part des passages sans médecin traitant disponible parmi les 70 ans et plus"]
    assert (share.numerator, share.denominator) == (Decimal(1), Decimal(2))


@pytest.mark.parametrize("each", defaults(), ids=lambda each: each["label"])
def test_a_default_is_written_back_as_it_was_read(each: dict[str, object]) -> None:
    definition = read_definition(each["definition"])
    assert definition is None or definition_json(definition) == each["definition"]


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "stops",
        {"measure": "pigeons"},
        {"measure": "stops", "more": 1},
        {"count": "visits", "numerator": EVERYBODY},
        {"count": "souls", "numerator": EVERYBODY, "denominator": None},
        {"count": "visits", "numerator": None, "denominator": None},
        {"count": "sum", "numerator": EVERYBODY, "denominator": None},
        {"count": "sum", "fact": "bpco_result", "numerator": EVERYBODY, "denominator": None},
        {"count": "sum", "fact": "age", "numerator": EVERYBODY, "denominator": None},
        {"count": "sum", "fact": "bpco_valid", "numerator": EVERYBODY, "denominator": EVERYBODY},
        {"count": "visits", "numerator": {"fact": "name", "in": ["x"]}, "denominator": None},
    ],
)
def test_another_definition_is_refused(value: object) -> None:
    with pytest.raises(DefinitionInvalid):
        read_definition(value)


def test_a_numerator_is_within_its_denominator(store: Store, team: Seeded) -> None:
    old = {"fact": "age", "from": 70}
    define(store, "share", {"count": "visits", "numerator": WITHOUT, "denominator": old})
    add_visit(store, team, attending_gp="sans_mt", age=30)
    add_visit(store, team, attending_gp="sans_mt", age=80)
    add_visit(store, team, age=80)
    found = results(store, team)["share"]
    assert (found.numerator, found.denominator) == (Decimal(1), Decimal(2))


def test_persons_are_distinct_and_known(store: Store, team: Seeded) -> None:
    define(store, "people", {"count": "persons", "numerator": EVERYBODY, "denominator": None})
    add_visit(store, team, person="ada")
    add_visit(store, team, person="ada")
    add_visit(store, team, identified=False)
    assert results(store, team)["people"].numerator == 1


def test_what_was_typed_is_of_its_period_only(store: Store, team: Seeded) -> None:
    identifier = typed_indicator(store)
    with store.session() as session:
        indicator.type_value(session, identifier, (DAY, DAY), (12.5, 50), team.clinical, NOON)
    assert results(store, team)["Satisfaction"].numerator == Decimal("12.5")
    assert results(store, team, first_day=DAY.replace(day=1))["Satisfaction"].numerator is None
    with store.session() as session:
        indicator.type_value(session, identifier, (DAY, DAY), (None, None), team.clinical, NOON)
    assert results(store, team)["Satisfaction"].numerator is None


def test_what_was_typed_is_of_the_whole_organisation_only(
    store: Store, team: Seeded, organisation_keys: OrganisationKeys
) -> None:
    identifier = typed_indicator(store)
    with store.session() as session:
        indicator.type_value(session, identifier, (DAY, DAY), (45, 50), team.clinical, NOON)
    for narrowed in ({"place": "La Gresle"}, {"stop": team.stop}, {"campaign": team.campaign}, {"teams": ()}):
        assert results(store, team, **narrowed)["Satisfaction"].numerator is None
    with store.session() as session:
        second = seed_team(session, organisation_keys, DAY, "Équipe voisine")
    assert results(store, team)["Satisfaction"].numerator is None
    assert results(store, team, teams=(team.team, second.team))["Satisfaction"].numerator == 45


def test_what_was_typed_of_a_campaign_is_shown_for_it_alone(
    store: Store, team: Seeded, organisation_keys: OrganisationKeys
) -> None:
    identifier = typed_indicator(store)
    with store.session() as session:
        seed_team(session, organisation_keys, DAY, "Équipe voisine")
        session.get_one(Indicator, identifier).campaign_id = team.campaign
        indicator.type_value(session, identifier, (DAY, DAY), (45, 50), team.clinical, NOON)
    assert results(store, team, campaign=team.campaign)["Satisfaction"].numerator == 45
    assert results(store, team)["Satisfaction"].numerator is None


def test_the_table_says_nothing_where_nothing_is_known(store: Store, team: Seeded) -> None:
    typed_indicator(store)
    found = list(results(store, team).values())
    cells = indicator_table(found, TRANSLATORS["fr"]).rows[0].cells
    assert [cell.kind for cell in cells[2:5]] == ["nothing", "nothing", "nothing"]


def test_typed_decimals_make_a_share(store: Store, team: Seeded) -> None:
    identifier = typed_indicator(store)
    with store.session() as session:
        indicator.type_value(session, identifier, (DAY, DAY), (12.5, 50), team.clinical, NOON)
    cells = indicator_table(list(results(store, team).values()), TRANSLATORS["fr"]).rows[0].cells
    assert (cells[4].count, cells[4].of) == (12500, 50000)


def test_the_indicator_and_the_table_of_one_name_count_the_same(store: Store, team: Seeded) -> None:
    """Of a visit whose form does not ask how the appointment was made, too."""
    expected = new_uuid()
    with store.session() as session:
        session.add(
            RosterEntry(
                id=expected,
                stop_id=team.stop,
                expected_at=time(9, 30),
                birth_name="PETIT",
                first_name="",
                booking="",
            )
        )
        indicator.adopt(session)
    add_visit(store, team, visit=expected, booking="no-question")
    add_visit(store, team, booking="no-question")
    add_visit(store, team, booking="telephone")
    share = results(store, team)["Part des passages sans rendez-vous"]
    with store.session() as session:
        shown = tables_of(session, Scope(DAY, DAY, (team.team,)), EXACT, TRANSLATORS["fr"])
    row = next(
        row
        for table in shown
        for row in table.rows
        if row.label.replace("\u00a0", " ") == "Passages sans rendez-vous"
    )
    assert (share.numerator, share.denominator) == (Decimal(2), Decimal(3))
    assert (row.cells[0].count, row.cells[1].count, row.cells[1].of) == (2, 2, 3)
    assert row.cells[0].opens is not None
    assert parse(row.cells[0].opens) == In("list", ("walk_in",))
