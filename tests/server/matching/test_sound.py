"""The French code of names: what is pronounced alike meets, what is not stays apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.matching.sound import alike, sound

NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ -'", min_size=0, max_size=20)


@pytest.mark.parametrize(
    "names",
    [
        "DUPONT DUPOND",
        "LEFEVRE LEFEBVRE Lefèvre",
        "GAUTHIER GAUTIER GAULTIER GOTHIER",
        "RENAUD RENAULT REYNAUD RAYNAUD",
        "THIBAUT THIBAULT THIBAUD",
        "MOREAU MORAUX MOROT",
        "DURAND DURANT",
        "MATHIEU MATTHIEU",
        "PHILIPPE FILIPE",
        "CHRISTELLE KRISTEL",
        "CHEVALIER CHEVALLIER",
        "LEMAITRE LE-MAITRE LEMETRE",
        "JEAN-PIERRE JEANPIERRE",
        "DE-LA-TOUR DELATOUR",
        "MICHELE MICHEL MICHELLE",
        "HENRI HENRY",
        "ISABELLE IZABEL",
        "BENOIT BENOIS",
        "LEROY LEROI",
        "O'BRIEN OBRIEN",
        "QUENTIN KENTIN",
    ],
)
def test_names_pronounced_alike_have_one_code(names: str) -> None:
    assert len({sound(name) for name in names.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("JEAN", "JEANNE"),
        ("LEA", "LEO"),
        ("MARTIN", "MARTINE"),
        ("BONNET", "BONNE"),
        ("PAUL", "POLO"),
        ("DUPONT", "DUPIN"),
        ("ROUX", "ROSE"),
        ("MAITRE", "MAIRE"),
        ("BERNARD", "BERTRAND"),
        ("MEUNIER", "MOUNIER"),
    ],
)
def test_names_pronounced_otherwise_have_two(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@given(NAMES)
def test_a_code_is_of_capitals_and_digits_and_knows_no_separator(name: str) -> None:
    code = sound(name)
    assert code == sound(name.replace(" ", "-").replace("'", " "))
    assert all("A" <= letter <= "Z" or letter.isdigit() for letter in code)


def test_nothing_sounds_like_nothing() -> None:
    assert sound("") == sound("-' ") == ""
    assert not alike("", "")
