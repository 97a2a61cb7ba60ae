"""Who answered through a link, as one key: for counting, whatever way the same name was written."""

import pytest

from server.projection.opinions import physician_key


@pytest.mark.parametrize(
    "name",
    [
        "Jeanne-Éloïse Loin",
        "Dr Jeanne-Éloïse Loin",
        "Dr. Jeanne Eloïse LOIN",
        "  docteur   jeanne éloise loin ",
        "Mme Dr Jeanne-Éloïse Loin",
        "Pr J\u0065anne-E\u0301lo\u00efse Loin",
    ],
)
def test_writings_of_one_name_are_one_professional(name: str) -> None:
    assert physician_key(None, name) == "name:JEANNE ELOISE LOIN"


@pytest.mark.parametrize("name", ["Jeanne Loin", "Éloïse Loin", "Loin", "Drouet Loin", "Jeanne-Éloïse Loing"])
def test_other_names_stay_others(name: str) -> None:
    assert physician_key(None, name) != physician_key(None, "Dr Jeanne-Éloïse Loin")


def test_a_name_that_begins_like_a_title_or_is_nothing_else_stays() -> None:
    assert physician_key(None, "Drouet Prévost") == "name:DROUET PREVOST"
    assert physician_key(None, "Dr") == "name:DR"
    assert physician_key(None, " . ") != "name:"


def test_a_number_goes_before_any_name() -> None:
    assert physician_key("10003456789", "Dr Loin") == physician_key("10003456789", "Jeanne Loin")
    assert physician_key("10003456789", "Dr Loin") != physician_key(None, "Dr Loin")
