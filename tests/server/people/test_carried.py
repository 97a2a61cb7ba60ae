"""Which items are carried to the next visit, by forms that say so and by the one published before."""

import pytest

from forms.load import published
from server.people.carried import carried_items
from tests.support.organisation import FORM

EARLIER = {
    "identity.used_name",
    "identity.phone",
    "visit.commune",
    "visit.attending_gp",
    "visit.attending_gp_name",
    "visit.long_term_condition",
    "visit.frailty",
    "history.allergies_status",
    "history.allergies",
    "history.treatments_status",
    "history.treatments",
    "history.conditions_status",
    "history.conditions",
}


def test_the_first_form_carries_its_history_and_what_lasts() -> None:
    assert set(carried_items(published()[FORM])) == EARLIER


@pytest.mark.parametrize("canonical", published())
def test_nothing_sensitive_is_carried(canonical: tuple[str, str]) -> None:
    form = published()[canonical]
    assert {form.index[link_id].item_class for link_id in carried_items(form)} & {"sensitive"} == set()


def test_a_later_form_says_what_it_carries_and_what_it_keeps_for_comparison() -> None:
    for form in published().values():
        said = {link_id for link_id, item in form.index.items() if item.carried or item.remembered}
        if said:
            assert set(carried_items(form)) == said


def test_the_next_icope_step_1_can_compare_with_the_last() -> None:
    forms = published()
    icope = next(form for (url, _), form in forms.items() if url.endswith("/icope-step1"))

    wanted = {
        item.prefill.field
        for item in icope.index.values()
        if item.prefill and item.prefill.source == "person"
    }

    assert "cognition.state" in wanted
    assert wanted <= set(carried_items(icope))
