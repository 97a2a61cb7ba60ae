"""The table of communes: codes, search, distance."""

from typing import Any

import pytest

from forms.communes import Position, distance_km, parse, search_key, table
from forms.errors import CommuneTableInvalid
from tests.forms.vectors import vectors

VECTORS = vectors("communes.json")


@pytest.mark.parametrize("vector", VECTORS["distances"], ids=lambda vector: vector["about"])
def test_a_distance_is_the_great_circle_to_one_decimal(vector: Any) -> None:
    start, end = (Position(*map(float, vector[side])) for side in ("from", "to"))

    assert distance_km(start, end) == vector["km"]
    assert distance_km(end, start) == vector["km"]


@pytest.mark.parametrize("vector", VECTORS["searches"], ids=lambda vector: vector["query"] or "(nothing)")
def test_a_search_finds_the_vectors_communes(vector: Any) -> None:
    codes = [commune.code for commune in table().search(vector["query"])]

    if "first" in vector:
        assert codes[: len(vector["first"])] == vector["first"]
    else:
        assert codes == vector["codes"]


def test_a_search_is_bounded() -> None:
    assert len(table().search("saint", limit=5)) == 5


def test_every_commune_is_found_by_its_own_name() -> None:
    """A sample through the whole table: one line in five hundred."""
    for commune in list(table().by_code.values())[::500]:
        found = table().search(commune.name, limit=1_000)
        assert commune.code in {each.code for each in found}


def test_names_bear_their_article() -> None:
    names = {code: table().by_code[code].name for code in ("42104", "01135", "42078", "66104")}

    assert names == {"42104": "La Gresle", "01135": "Crozet", "42078": "Le Crozet", "66104": "Los Masos"}


def test_codes_are_text_with_their_zeros_and_letters() -> None:
    assert {"01004", "2A004"} <= table().by_code.keys()


def test_an_unknown_population_or_centre_is_not_zero() -> None:
    communes = parse("01001;Ici;46.1;4.9;10\n01002;Là;\\N;\\N;\\N\n").by_code

    assert communes["01002"].population is None
    assert communes["01002"].centre is None


@pytest.mark.parametrize("line", ["01001;Ici;46.1;4.9", "01001;Ici;north;4.9;10", "01001;Ici;46.1;4.9;"])
def test_a_bad_line_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(CommuneTableInvalid, match="line 2"):
        parse(f"01000;Avant;46.1;4.9;10\n{line}\n")


def test_accents_hyphens_and_case_do_not_matter() -> None:
    assert search_key("Saint-Étienne-d’Œuilly") == "saint etienne d oeuilly"
