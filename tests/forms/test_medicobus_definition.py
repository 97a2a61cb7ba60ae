"""The consultation form as a document: its sections, classes, and the page that names its sources."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from forms.definition import Item
from forms.load import published

URL = "https://escale.example/fhir/Questionnaire/medicobus-consultation"
VERSIONS = [form for (url, _), form in published().items() if url == URL]
FIRST, MEDICOBUS = VERSIONS[0], VERSIONS[-1]
PAGE = (Path(__file__).parents[2] / "docs" / "clinical" / "consultation.md").read_text(encoding="utf-8")
LIMITED = [item for item in MEDICOBUS.index.values() if item.minimum is not None]


def _written(limit: Decimal | None) -> str:
    return "—" if limit is None else f"{limit.normalize():f}".replace(".", ",")


def test_the_sections_are_the_screens_in_order() -> None:
    assert [section.link_id for section in MEDICOBUS.items] == [
        "identity",
        "representative",
        "visit",
        "reasons",
        "history",
        "vitals",
        "photos",
        "conclusion",
        "information",
    ]


def test_the_pregnancy_and_a_minors_request_are_sensitive() -> None:
    assert [i.link_id for i in MEDICOBUS.index.values() if i.item_class == "sensitive"] == [
        "representative.secrecy",
        "representative.companion_name",
        "representative.companion_quality",
        "history.pregnancy",
    ]


def test_a_request_for_secrecy_alone_restricts_a_record() -> None:
    assert [i.link_id for i in MEDICOBUS.index.values() if i.restricts] == ["representative.secrecy"]


def test_what_is_sensitive_is_never_carried_to_the_next_visit() -> None:
    assert not [i.link_id for i in MEDICOBUS.index.values() if i.carried and i.item_class == "sensitive"]


def test_a_capture_starts_from_the_whole_visit() -> None:
    part = MEDICOBUS.index["identity.part"]
    assert [code for code, option in part.options.items() if option.initial] == ["complete"]


def test_a_question_of_the_first_version_keeps_its_meaning_in_the_second() -> None:
    for link_id, item in FIRST.index.items():
        later = MEDICOBUS.index[link_id]
        assert (item.type, item.text, item.item_class, item.path, item.required, item.options) == (
            later.type,
            later.text,
            later.item_class,
            later.path,
            later.required,
            later.options,
        )


def test_every_measure_has_a_loinc_code() -> None:
    for item in MEDICOBUS.index.values():
        if item.type == "quantity":
            assert {code.system for code in item.codes} == {"http://loinc.org"}, item.link_id


def test_information_and_agreement_are_separate_questions() -> None:
    for link_id in ("information.given", "information.sharing", "information.objection"):
        assert MEDICOBUS.index[link_id].type == "boolean"


@pytest.mark.parametrize("item", LIMITED, ids=lambda item: item.link_id)
def test_the_clinical_page_states_the_forms_limits(item: Item) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{item.link_id}` | {item.text} "))

    assert f"| {_written(item.minimum)} – {_written(item.maximum)} |" in line
    assert f"| {_written(item.soft_minimum)} – {_written(item.soft_maximum)} |" in line


@pytest.mark.parametrize("item", LIMITED, ids=lambda item: item.link_id)
def test_the_clinical_page_marks_what_needs_sign_off(item: Item) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{item.link_id}` | {item.text} "))

    assert ("**à valider**" in line) is ("general knowledge" in (item.limit_source or ""))


def test_the_clinical_page_lists_every_coded_reason() -> None:
    for code, option in MEDICOBUS.index["reasons.icpc"].options.items():
        assert f"| {code} | {option.display} | {option.display_en} |" in PAGE


def test_the_text_that_tablets_receive_is_the_form_itself() -> None:
    assert json.loads(MEDICOBUS.text)["url"] == MEDICOBUS.url
    assert MEDICOBUS.text.endswith("}\n")
