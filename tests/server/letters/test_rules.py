"""How each form is told: the data names what its form has, and every complete record fits on one page."""

import io
import re

import pypdf
import pytest

from forms.definition import Form
from forms.load import published
from server.letters.file_name import MAX_TYPE, SEVERAL, file_type
from server.letters.rules import LetterRule, rule_of, rules
from tests.server.letters.test_letter import issue, text_of
from tests.server.projection import test_instruments as instruments
from tests.server.projection.scene import Scene
from tests.support.records import form_named

RECORDS = ("bpco-reperage", "icope-step1", "prevention-stand", "teleconsultation")


def named(rule: LetterRule) -> set[str]:
    """Every item, or beginning of items, that a rule names."""
    parts = {item for part in rule.parts for item in (*part.items, *part.expected, *part.headlines)}
    conclusions = {link_id for each in rule.conclusions for link_id in (each.link_id, *each.when)}
    return {*parts, *conclusions, *rule.labels, *rule.coded}


@pytest.mark.parametrize("name", sorted(rules()))
def test_a_rule_names_only_what_a_version_of_its_form_has(name: str) -> None:
    versions = [form for (url, _), form in published().items() if url.endswith(f"/{name}")]
    known = {link_id for form in versions for link_id in form.index}
    assert versions
    missing = {
        item
        for item in named(rules()[name])
        if item not in known and not (item[-1] == "." and any(each.startswith(item) for each in known))
    }
    assert missing == set()


@pytest.mark.parametrize("name", sorted(rules()))
def test_the_document_s_type_fits_secure_messaging(name: str) -> None:
    found = file_type([form_named(name)])
    assert re.fullmatch(rf"[A-Za-z0-9-]{{1,{MAX_TYPE}}}", found)


def test_each_form_has_a_type_of_its_own_and_a_visit_of_two_forms_says_several() -> None:
    forms: list[Form] = [form_named(name) for name in (*RECORDS, "medicobus-consultation")]
    assert len({file_type([form]) for form in forms}) == len(forms)
    assert file_type(forms[:2]) == SEVERAL
    assert file_type([forms[0], forms[0]]) == "Reperage-BPCO"


@pytest.mark.parametrize("name", RECORDS)
def test_a_complete_record_fits_on_one_page(scene: Scene, name: str) -> None:
    letter = issue(scene, instruments.write(scene, name))
    assert len(pypdf.PdfReader(io.BytesIO(letter.pdf)).pages) == 1
    said = text_of(letter.pdf)
    assert rule_of(form_named(name)).parts[0].title in said


def test_a_complete_consultation_fits_on_one_page(scene: Scene) -> None:
    assert len(pypdf.PdfReader(io.BytesIO(issue(scene).pdf)).pages) == 1


def test_what_two_forms_of_a_visit_ask_is_told_once(scene: Scene) -> None:
    stand = instruments.write(scene, "prevention-stand", vitals__weight={"values": [70.5]})
    breath = instruments.write(
        scene, "bpco-reperage", "station", stand.payload["visit"], 5, vitals__weight={"values": [70.5]}
    )
    said = text_of(issue(scene, breath).pdf)
    assert said.count("70,5") == 1
