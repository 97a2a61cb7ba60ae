"""The clinical pages say what the forms do: limits, settings, rules between answers, rules in words, wording.

A page is read by the medical lead: what it states and the form does not do, or the other way round, would be
signed off for nothing.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from forms.definition import Form, Item
from forms.load import published

FOLDER = Path(__file__).parents[2] / "docs" / "clinical"
BASE = "https://escale.example/fhir/Questionnaire/"
PAGES = {
    "bpco-reperage": "bpco.md",
    "teleconsultation": "teleconsultation.md",
    "teleconsultation-satisfaction-physician": "teleconsultation.md",
    "teleconsultation-satisfaction-assistant": "teleconsultation.md",
}
FORMS = {name: published()[BASE + name, "1.0.0"] for name in PAGES}
ITEMS = [(name, item) for name, form in FORMS.items() for item in form.index.values()]
TO_VALIDATE = "⚠️ **à valider**"


def _page(name: str) -> str:
    return (FOLDER / PAGES[name]).read_text(encoding="utf-8")


def _line(name: str, *begins: str) -> str:
    """The row of a table that begins with these cells."""
    start = "| " + " | ".join(begins) + " |"
    return next((line for line in _page(name).splitlines() if line.startswith(start)), "")


def _written(limit: Decimal | None) -> str:
    return "—" if limit is None else f"{limit.normalize():f}".replace(".", ",")


def _of(kept: list[tuple[str, Item]]) -> list[object]:
    return [pytest.param(name, item, id=f"{name} {item.link_id}") for name, item in kept]


LIMITED = _of([(name, item) for name, item in ITEMS if item.minimum is not None])
SETTINGS = _of([(name, item) for name, item in ITEMS if item.setting])
RULED = _of([(name, item) for name, item in ITEMS if item.rule is not None])
CONSTRAINED = _of([(name, item) for name, item in ITEMS if item.constraints])


@pytest.mark.parametrize(("name", "item"), LIMITED)
def test_a_page_states_the_limits_and_marks_what_needs_sign_off(name: str, item: Item) -> None:
    line = _line(name, f"`{item.link_id}`", item.text, ", ".join(c.code for c in item.codes) or "—")

    assert f"| {_written(item.minimum)} – {_written(item.maximum)} |" in line
    assert f"| {_written(item.soft_minimum)} – {_written(item.soft_maximum)} |" in line
    assert (TO_VALIDATE in line) is ("general knowledge" in (item.limit_source or ""))


@pytest.mark.parametrize(("name", "item"), SETTINGS)
def test_a_page_states_each_setting_and_what_it_starts_from(name: str, item: Item) -> None:
    initial = next((option.display for option in item.options.values() if option.initial), None)
    start = initial if initial is not None else _written(Decimal(str(item.start)))

    assert TO_VALIDATE in _line(name, f"`{item.link_id}`", item.text, start)


@pytest.mark.parametrize(("name", "item"), RULED)
def test_a_page_states_the_rule_in_words_and_its_source(name: str, item: Item) -> None:
    assert item.rule is not None
    line = _line(name, f"`{item.link_id}`", item.text, item.rule.text, item.rule.source)

    assert line
    assert "à valider" not in item.rule.source or TO_VALIDATE in line


@pytest.mark.parametrize(("name", "item"), CONSTRAINED)
def test_a_page_lists_each_rule_between_answers_with_its_effect(name: str, item: Item) -> None:
    for constraint in item.constraints:
        effect = "refus" if constraint.severity == "error" else "confirmation"
        assert f"| {effect} |" in _line(name, f"`{constraint.key}`", f"`{item.link_id}`")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_lists_no_rule_that_its_forms_do_not_have(name: str) -> None:
    of_page = [form for other, form in FORMS.items() if PAGES[other] == PAGES[name]]
    links = {link_id for form in of_page for link_id in form.index}
    keys = {c.key for form in of_page for item in form.index.values() for c in item.constraints}

    for line in _page(name).splitlines():
        first = line.removeprefix("| `").partition("`")[0] if line.startswith("| `") else None
        assert first is None or first in links | keys, line


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_how_it_marks_and_asks_the_question_of_the_medical_device(name: str) -> None:
    page = _page(name)

    assert f"{TO_VALIDATE} (par le responsable médical)" in page
    assert "règlement (UE) 2017/745" in page
    assert "règle 11" in page
    assert FORMS[name].canonical.rpartition("/")[2] in page


def _shown(form: Form) -> str:
    texts = [form.title]
    for item in form.index.values():
        texts += [item.text, item.text_en]
        texts += [text for option in item.options.values() for text in (option.display, option.display_en)]
        texts += [text for c in item.constraints for text in (c.human, c.human_en)]
        texts += [item.rule.text, item.rule.text_en] if item.rule is not None else []
        said = [option.person_text for option in item.options.values() if option.person_text is not None]
        texts += [text for each in said for text in (each.french, each.english)]
    return "\n".join(texts).lower()


def test_a_case_finding_is_never_called_a_diagnosis() -> None:
    assert "diagnos" not in _shown(FORMS["bpco-reperage"])


def test_the_questionnaire_is_word_for_word_that_of_the_has() -> None:
    asked = [
        "Toussez-vous souvent ?",
        "Avez-vous fréquemment une toux grasse ou qui ramène des crachats ?",
        "Êtes-vous plus facilement essoufflé que les personnes de votre âge ?",
        "Avez-vous plus de 40 ans ?",
        "Avez-vous fumé ou fumez-vous ?",
    ]
    form, page = FORMS["bpco-reperage"], _page("bpco-reperage")
    links = ("cough", "sputum", "breathless", "over_40", "smoked")

    assert [form.index[f"questionnaire.{link}"].text.replace("\u202f", " ") for link in links] == asked
    for number, link in enumerate(links, 1):
        assert f"{number}. {form.index[f'questionnaire.{link}'].text}" in page


def test_each_contra_indication_is_on_the_page_and_may_stay_unknown() -> None:
    form, page = FORMS["bpco-reperage"], _page("bpco-reperage")
    asked = [i for i in form.index.values() if i.path[:1] == ("contraindications",) and i.type == "boolean"]

    assert len(asked) == len({item.link_id for item in asked}) == 19
    for item in asked:
        assert item.absence, item.link_id
        assert f"| `{item.link_id}` | {item.text} |" in page


def test_the_vitals_of_a_teleconsultation_are_those_of_the_consultation() -> None:
    """The same questions, within the same limits: two forms never judge one pressure differently."""
    consultation = published()[BASE + "medicobus-consultation", "1.1.0"]
    for name, item in ITEMS:
        if item.path[:1] != ("vitals",) or item.link_id not in consultation.index:
            continue
        same = consultation.index[item.link_id]
        assert (item.minimum, item.maximum, item.soft_minimum, item.soft_maximum, item.decimals) == (
            same.minimum,
            same.maximum,
            same.soft_minimum,
            same.soft_maximum,
            same.decimals,
        ), (name, item.link_id)
        assert [c.expression.text for c in item.constraints] == [c.expression.text for c in same.constraints]
