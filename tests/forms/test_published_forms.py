"""Every published form as a document: French typography, both languages, what a linkId means everywhere."""

import re
from collections.abc import Iterator

import pytest

from forms.definition import Form, Item
from forms.load import published

FORMS = [pytest.param(form, id=form.canonical.rpartition("/")[2]) for form in published().values()]
CLINICAL_SECTIONS = {
    *("reasons", "history", "vitals", "photos", "conclusion", "questionnaire", "exposure", "alerts"),
    *("device", "devices", "contraindications", "mini", "spirometry", "result"),
    *("previous", "words", "orientation", "locomotion", "nutrition", "vision", "hearing", "mood"),
    *("recall", "cognition", "results", "step2", "women", "vaccination", "screening"),
}


def _item_texts(item: Item) -> Iterator[tuple[str, str]]:
    """The texts of an item, in French and in English."""
    yield item.text, item.text_en
    for option in item.options.values():
        yield option.display, option.display_en
        if option.person_text is not None:
            yield option.person_text.french, option.person_text.english
    for constraint in item.constraints:
        yield constraint.human, constraint.human_en
    if item.rule is not None:
        yield item.rule.text, item.rule.text_en
    if item.person_text is not None:
        yield item.person_text.french, item.person_text.english


def _texts(form: Form) -> Iterator[tuple[str, str]]:
    for item in form.index.values():
        yield from _item_texts(item)


@pytest.mark.parametrize("form", FORMS)
def test_french_texts_keep_french_typography(form: Form) -> None:
    sources = [item.rule.source for item in form.index.values() if item.rule is not None]
    for text in [form.title, *(french for french, _ in _texts(form)), *sources]:
        assert "'" not in text, text
        assert not re.search(r"(?<!\u202f)[;!?%]|(?<!\u00a0)[:»]|«(?!\u00a0)", text), text


@pytest.mark.parametrize("form", FORMS)
def test_every_text_is_in_english_too(form: Form) -> None:
    for french, english in _texts(form):
        assert bool(english) is bool(french), french


EQUIPMENT = {"device.model", "device.serial", "device.calibrated_on", "devices.kit"}
"""What says with which device people were examined, the same for everybody that day."""


@pytest.mark.parametrize("form", FORMS)
def test_clinical_answers_are_never_administrative(form: Form) -> None:
    """Promise 7 of the design: an administrative coordinator sees no clinical answer."""
    for item in form.index.values():
        if item.path and item.path[0] in CLINICAL_SECTIONS:
            if item.link_id in EQUIPMENT:
                assert item.kept_for_the_day, item.link_id
                continue
            assert item.item_class in ("clinical", "sensitive"), item.link_id


def test_a_link_id_has_one_type_and_one_meaning_of_each_code_over_all_forms() -> None:
    """What is asked twice under one linkId is the same question, so that reports may read both."""
    first: dict[str, Item] = {}
    for form in published().values():
        for link_id, item in form.index.items():
            before = first.setdefault(link_id, item)
            if not item.is_leaf or before is item:
                continue
            assert (item.type, item.repeats, item.unit, item.codes) == (
                before.type,
                before.repeats,
                before.unit,
                before.codes,
            ), link_id
            for code in item.options.keys() & before.options.keys():
                assert item.options[code].system == before.options[code].system, (link_id, code)
