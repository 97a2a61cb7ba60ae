"""Settings of forms: what a campaign may give, and what would keep every record from being signed."""

from decimal import Decimal

import pytest

from forms.definition import Form
from forms.load import published
from forms.setting import SettingValue, broken, constraints, fits, settings, starting_value
from server.central.campaign_forms import permitted
from server.planning.themes import THEMES
from tests.support.settings_form import later, settings_form

FORM = settings_form()
ITEMS = {item.link_id: item for item in settings(FORM)}


@pytest.mark.parametrize(
    ("link_id", "value", "fitting"),
    [
        ("rules.ratio", 0.6, True),
        ("rules.ratio", 0.85, True),
        ("rules.ratio", 0.86, False),
        ("rules.ratio", 0.599, False),
        ("rules.ratio", Decimal("0.70"), True),
        ("rules.ratio", float("nan"), False),
        ("rules.ratio", "0.7", False),
        ("rules.ratio", True, False),
        ("rules.count", 1, True),
        ("rules.count", 5, True),
        ("rules.count", 6, False),
        ("rules.count", 2.5, False),
        ("rules.set", "second", True),
        ("rules.set", "third", False),
        ("rules.set", 1, False),
        ("rules.remind", False, True),
        ("rules.remind", 0, False),
        ("rules.remind", None, False),
    ],
)
def test_a_value_fits_its_item_or_not(link_id: str, value: object, fitting: bool) -> None:
    assert fits(ITEMS[link_id], value) is fitting


def test_what_the_form_gives_is_where_each_setting_starts() -> None:
    starts = {link_id: starting_value(item) for link_id, item in ITEMS.items()}
    assert starts == {
        "rules.ratio": 0.7,
        "rules.upper": 0.8,
        "rules.count": 2,
        "rules.set": "first",
        "rules.remind": True,
    }


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({}, []),
        ({"rules.ratio": 0.8}, []),
        ({"rules.ratio": 0.81}, ["upper-above"]),
        ({"rules.upper": 0.69}, ["upper-above"]),
        ({"rules.ratio": 0.85, "rules.upper": 0.85}, []),
    ],
)
def test_values_that_break_a_constraint_together_are_found(
    values: dict[str, SettingValue], keys: list[str]
) -> None:
    assert [each.key for each in broken(FORM, values)] == keys


def test_a_team_is_told_only_what_each_version_permits() -> None:
    url = FORM.url
    values: dict[str, SettingValue] = {"rules.ratio": 0.65, "rules.count": 3, "gone": 1}
    assert permitted([FORM], {url: values}) == {url: {"rules.ratio": 0.65, "rules.count": 3}}
    assert permitted([later()], {url: values}) == {url: {"rules.count": 3}}
    assert permitted([FORM], {url: {**values, "rules.ratio": 0.82}}) == {}, "no record could be signed"


@pytest.mark.parametrize("form", published().values(), ids=lambda form: form.canonical.rpartition("/")[2])
def test_what_a_published_form_gives_fits_and_goes_together(form: Form) -> None:
    assert all(fits(item, starting_value(item)) for item in settings(form))
    assert broken(form, {}) == ()


def test_the_bpco_thresholds_are_bound_to_one_another() -> None:
    bpco = next(form for (url, _), form in published().items() if url.endswith("/bpco-reperage"))
    assert any("mini.threshold" in each.expression.reads for each in constraints(bpco))


def test_the_themes_of_a_stop_are_those_of_the_prevention_stand() -> None:
    stand = next(form for (url, _), form in published().items() if url.endswith("/prevention-stand"))
    assert tuple(stand.index["stand.theme"].options) == THEMES
