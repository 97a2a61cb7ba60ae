"""A rule in words does not contradict the campaign's settings, which stand in force beside it."""

import re

import pytest

from forms.definition import Form, Item
from forms.load import published

RULED = [
    (form, item)
    for form in published().values()
    for item in form.index.values()
    if item.rule is not None and any(form.index[link_id].setting for link_id in item.reads)
]
EACH = pytest.mark.parametrize(("form", "item"), RULED, ids=[item.link_id for _, item in RULED])


@EACH
def test_a_result_that_reads_a_setting_says_that_it_is_one(form: Form, item: Item) -> None:
    assert item.rule is not None
    if any(form.index[link].setting and form.index[link].type != "choice" for link in item.reads):
        assert re.search("campagne|réglage", item.rule.text)
        assert re.search("campaign|setting", item.rule.text_en)


@pytest.mark.parametrize("link_id", ["result.conclusion", "questionnaire.signal"])
def test_the_results_of_bpco_state_no_threshold_of_their_own(link_id: str) -> None:
    (form,) = (form for form in published().values() if form.url.endswith("/bpco-reperage"))
    rule = form.index[link_id].rule
    assert rule is not None
    for words in (rule.text, rule.text_en):
        assert not re.search(r"0[.,]\d|\bdeux\b|\btwo\b", words)
