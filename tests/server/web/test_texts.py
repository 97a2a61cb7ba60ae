"""The catalogue: the same keys in both languages, French typography, every key of a template known."""

import re
from pathlib import Path

import pytest

from server.review.access_log import Action, Outcome
from server.routes.web_catalogue import load, translator
from server.routes.web_format import FORMATS
from server.store.control import DeviceStatus, EnrolmentState, Role
from server.store.read import FindingCode, RecordState
from tests.support.organisation import DAY, NOON

WEB = Path(__file__).parents[3] / "server" / "web"
FRENCH, ENGLISH = load("fr"), load("en")
PARTS = re.compile(r"\{(\w+)\}")


def test_both_languages_have_the_same_keys() -> None:
    assert FRENCH.keys() == ENGLISH.keys()


@pytest.mark.parametrize("key", FRENCH)
def test_a_text_has_the_same_parts_in_both_languages(key: str) -> None:
    assert set(PARTS.findall(FRENCH[key])) == set(PARTS.findall(ENGLISH[key]))


@pytest.mark.parametrize("key", FRENCH)
def test_a_french_text_is_typographically_right(key: str) -> None:
    text = FRENCH[key]
    assert not re.search(r"[^\u202f][;!?]", text)
    assert not re.search(r"[^\u00a0]:", text)
    assert "'" not in text


def test_every_key_of_a_template_is_in_the_catalogue() -> None:
    for template in (WEB / "templates").glob("*.html"):
        for key in re.findall(r"""\bt\("([^"]+)"(?! ~)""", template.read_text(encoding="utf-8")):
            assert key in FRENCH or f"{key}.other" in FRENCH, (template.name, key)


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("state", [*RecordState, *DeviceStatus, *EnrolmentState, "received", "quarantined"]),
        ("finding", FindingCode),
        ("role", Role),
        ("action", Action),
        ("outcome", Outcome),
        ("turn", ["author", "support"]),
    ],
)
def test_every_value_that_is_shown_has_words(prefix: str, values: list[str]) -> None:
    assert [value for value in values if f"{prefix}.{value}" not in FRENCH] == []


def test_none_and_one_are_singular() -> None:
    t = translator({"n.one": "{count} passage", "n.other": "{count} passages"})
    assert [t("n", count=n) for n in (0, 1, 2)] == ["0 passage", "1 passage", "2 passages"]


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        translator({})("missing")


def test_days_and_times_are_written_as_people_do() -> None:
    assert FORMATS["fr"].day(DAY) == "lundi 23 novembre 2026"
    assert FORMATS["fr"].day(DAY.replace(day=1)) == "dimanche 1er novembre 2026"
    assert FORMATS["en"].day(DAY) == "Monday 23 November 2026"
    assert FORMATS["fr"].moment(NOON) == "23/11/2026 à 13:00:00"
    assert FORMATS["fr"].number(-1.5) == "-1,5"


def test_the_tokens_are_those_of_the_tablet() -> None:
    tablet = WEB.parents[1] / "pwa" / "src" / "styles" / "tokens.css"
    assert (WEB / "static" / "tokens.css").read_text() == tablet.read_text()


def test_styles_name_only_known_tokens() -> None:
    tokens = set(re.findall(r"(--[\w-]+):", (WEB / "static" / "tokens.css").read_text()))
    for sheet in ("page.css", "parts.css", "planning.css"):
        used = set(re.findall(r"var\((--[\w-]+)", (WEB / "static" / sheet).read_text()))
        assert used <= tokens, sheet
