"""Questionnaires made elsewhere: everything that is not supported, at once, each where it is.

`foreign/`: one as LHC-Forms exports it, one of the kind of Tiro and Smile (SDC, several languages, prefill
from the record), one converted from an XLSForm. They hold on purpose what such files hold.
"""

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from forms.errors import Defect, FormInvalid
from forms.load import load, parse

FOLDER = Path(__file__).parent / "foreign"
FILES = sorted(FOLDER.glob("*.json"))
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
R4 = "http://hl7.org/fhir/StructureDefinition/"
TOLD: dict[str, dict[str, tuple[str, str]]] = {
    "lhc-forms": {
        "sum()": ("/44261-6", "function sum() is not allowed"),
        "a variable": ("/44261-6", "variable %total is not allowed"),
        "the form's variables": ("", f"extension {R4}variable is not in the supported subset"),
        "a launch context": ("", f"extension {SDC}launchContext is not in the supported subset"),
        "open-choice": ("/69722-7", "not open-choice"),
        "an extension of a type that is not supported": ("/69722-7", "preferredTerminologyServer is not in"),
        "a remote value set": ("/69722-7", "http://loinc.org/vs/LL358-3 names no contained value set"),
        "an expanded value set": ("", "contained[0].expansion: is not in the supported subset"),
        "a filter in a value set": ("", "include[0].filter: is not in the supported subset"),
        "scores of options": ("/44250-9", f"extension {R4}ordinalValue is not in the supported subset"),
        "items under an answer": ("/44260-8", "only groups hold items"),
        "a table": ("/vitals", "slider, grid is expected, not gtable"),
        "several units": ("/vitals/8302-2", f"extension {R4}questionnaire-unitOption is not in"),
        "an initial quantity": ("/vitals/8302-2", "initial[0].valueQuantity: is not in the supported subset"),
        "a prefix": ("/44250-9", "item[0].prefix: is not in the supported subset"),
        "a foreign linkId": ("/44260-8/plan", "linkId is lower-case dotted English"),
        "copyright": ("", "copyright: is not in the supported subset"),
    },
    "tiro": {
        "modifierExtension": ("", "modifierExtension: is not in the supported subset"),
        "implicit rules": ("", "implicitRules: is not in the supported subset"),
        "the language": ("", "language: one of fr is expected, not nl"),
        "another language": ("", "_title.extension[2].extension[0].valueCode: one of en is expected, not de"),
        "another language of an item": ("demographics", "one of en is expected, not fr"),
        "another language of a value set": ("", "designation[2].language: one of en is expected, not de"),
        "a contained resource": ("", "contained[0].resourceType: one of ValueSet is expected, not Bundle"),
        "a prefill from the record": ("demographics.birth", "is expected, not %patient.birthDate"),
        "today()": ("demographics.age", "function today() is not allowed"),
        "toQuantity()": ("demographics.age", "function toQuantity() is not allowed"),
        "dateTime": ("demographics.now", "not dateTime"),
        "now()": ("demographics.now", "is expected, not now()"),
        "reference": ("demographics.gp", "not reference"),
        "url": ("demographics.site", "not url"),
        "a pattern": ("falls.count", f"extension {R4}regex is not in the supported subset"),
        "options that are texts": ("falls.injury", "answerOption[0].valueString: is not in the supported"),
        "options that are references": ("falls.injury", "answerOption[3].valueReference: is not in the"),
        "a comparison": ("falls.injury", "enableWhen[0].operator: one of exists, =, != is expected, not >"),
        "a compared text": ("falls.injury", "enableWhen[2].answerString: is not in the supported subset"),
        "a type of attachment": ("falls.photo", f"extension {R4}mimeType is not in the supported subset"),
        "matches()": ("falls.check", "function matches() is not allowed"),
        "descendants()": ("falls.check", "function descendants() is not allowed"),
        "a part of a constraint": ("falls.check", "part location is not in the supported subset"),
        "a definition": ("falls.check", "definition: is not in the supported subset"),
    },
    "xlsform": {
        "a time": ("grp_mesures/heure", "not time"),
        "another language of expressions": ("grp_mesures/moyenne", "not application/x-xpath"),
        "a converter's extension": ("grp_mesures/PA systolique", "extension http://odk.example/constraint"),
        "a linkId with spaces": ("grp_mesures/PA systolique", "linkId is lower-case dotted English"),
        "a linkId twice": ("theme", "linkId occurs twice"),
        "a code twice": ("theme", "code tabac occurs twice"),
        "a code without a system": ("theme", "valueCoding.system: a text is expected"),
        "no class": ("grp_mesures", "an item class is expected"),
        "a question outside a section": ("Consentement", "a top-level item is a group"),
        "a condition on what is not offered": ("theme", "theme does not offer other"),
    },
}
CASES = [(name, *told) for name, cases in TOLD.items() for told in cases.items()]


def _defects(name: str) -> tuple[Defect, ...]:
    with pytest.raises(FormInvalid) as refusal:
        load(FOLDER / f"{name}.json")
    return refusal.value.defects


@pytest.mark.parametrize(("name", "what", "told"), CASES, ids=[f"{name}: {what}" for name, what, _ in CASES])
def test_what_is_not_supported_is_told_where_it_is(name: str, what: str, told: tuple[str, str]) -> None:
    link_id, words = told

    found = [each for each in _defects(name) if each.link_id == link_id and words in str(each)]

    assert found, (what, [str(each) for each in _defects(name) if each.link_id == link_id])
    assert all(each.path for each in found)


@pytest.mark.parametrize("name", TOLD)
def test_nothing_is_told_twice_and_a_class_only_where_it_is_missing_first(name: str) -> None:
    defects = _defects(name)

    assert len(set(defects)) == len(defects)
    assert all("item" not in each.path.partition(".")[2] for each in defects if "item class" in str(each))


def test_a_path_leads_to_what_it_names() -> None:
    for path in FILES:
        document = json.loads(path.read_text(encoding="utf-8"))
        for defect in _defects(path.stem):
            for each in defect.path.split(", "):
                assert _holder(document, each), f"{path.stem}: {defect}"


def _holder(document: dict[str, Any], path: str) -> bool:
    """Whether what holds the last member is in the file: that member itself may be what is missing."""
    found: Any = document
    for step in path.split("."):
        name, _, position = step.partition("[")
        if not isinstance(found, dict):
            return False
        found = found.get(name)
        if position:
            found = found[int(position.rstrip("]"))]
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_file_however_broken_is_a_crash(path: Path) -> None:
    """Each member in turn of another kind than it should be: a defect, and never another error."""
    document = json.loads(path.read_text(encoding="utf-8"))
    random = Random(path.stem)
    for _ in range(150):
        broken = copy.deepcopy(document)
        _break(broken, random)
        broken["resourceType"] = "Questionnaire"
        with pytest.raises(FormInvalid) as refusal:
            parse(json.dumps(broken).encode(), path.name)
        assert all(defect.reason.french for defect in refusal.value.defects)


def _break(holder: Any, random: Random) -> None:
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = random.choice(keys)
        below = holder[key]
        if isinstance(below, dict | list) and below and random.random() < 0.85:
            holder = below
        else:
            holder[key] = random.choice(
                [None, 0, -1.5, True, "", "x", "💩", [], {}, [None], [[]], {"url": {}}]
            )
            return
