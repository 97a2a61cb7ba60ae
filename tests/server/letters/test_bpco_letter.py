"""The letter after a search for COPD: its length, its order, the thresholds in force, what was not said."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

from forms.load import published
from server.letters.parts import Part, parts_of
from server.letters.rules import rule_of
from server.letters.typed import defaults
from server.letters.visit import VisitSaid, visit_said
from server.store.read import Quarantined
from tests.server.letters.test_letter import issue, text_of
from tests.server.projection import test_instruments as instruments
from tests.server.projection.scene import Scene
from tests.support.organisation import DAY
from tests.support.records import SealedRecord, form_named

BPCO = "bpco-reperage"
FIVE = {
    "cough": "tousse souvent",
    "sputum": "toux grasse ou crachats fréquents",
    "breathless": "essoufflement plus facile que les personnes de son âge",
    "over_40": "plus de 40 ans",
    "smoked": "fume ou a fumé",
}


def values(*given: Any) -> dict[str, list[Any]]:
    return {"values": list(given)}


QUESTIONNAIRE_ONLY = {
    "information__sharing": values(True),
    "questionnaire__cough": values(True),
    "questionnaire__score": values(2),
    "questionnaire__symptoms": values(1),
    "questionnaire__signal": values("signal"),
}
GREY = {"mini__fev1": values(2.4), "mini__ratio": values(0.75), "result__conclusion": values("grey_zone")}
UNREADABLE = {"mini__quality": values("doubtful"), "result__conclusion": values("not_interpretable")}
SET_ASIDE: dict[str, Any] = {
    "result__review": values("set_aside"),
    "result__review_reason": values("Souffles trop courts"),
}


def fullest() -> dict[str, Any]:
    """Every contra-indication answered, every text long, every sign told."""
    listed = {
        link_id.replace(".", "__"): values(False)
        for link_id, item in form_named(BPCO).index.items()
        if link_id.startswith("contraindications.") and item.type == "boolean" and "pregnancy" not in link_id
    }
    return {
        **listed,
        "contraindications__screen": values("some"),
        "contraindications__arrhythmia": values(True),
        "contraindications__sinus_ear": {"absent": "asked-unknown"},
        "contraindications__decision": values("done_despite"),
        "contraindications__decided_by": values("Dr Martin, médecin"),
        "exposure__tobacco_status": values("449868002"),
        "exposure__detail": values("Élevage laitier, foin moisi, ensilage ; poussières de bois. " * 3),
        "alerts__signs": values("chest_pain", "weight_loss"),
        "alerts__action": values("doctor_now"),
        "spirometry__comment": values("Bonne coopération, fuite au premier essai. " * 3),
        "result__incident": values("Léger vertige, assis dix minutes, reparti seul. " * 3),
        "result__tobacco_advice": values(True),
        "result__comment": values("Courrier accepté, rendez-vous à prendre. " * 20),
    }


def write(scene: Scene, base: str = "full", **changed: Any) -> SealedRecord:
    record = instruments.write(scene, BPCO, base, **changed)
    assert [row.details for row in scene.rows(Quarantined)] == []
    return record


def read(scene: Scene, base: str = "full", **changed: Any) -> VisitSaid:
    record = write(scene, base, **changed)
    with scene.store.session() as session:
        return visit_said(session, published(), record.payload["visit"], record.payload["team"])


def parts(scene: Scene, base: str = "full", **changed: Any) -> dict[str, Part]:
    return {part.title: part for part in parts_of(read(scene, base, **changed), DAY)}


def printed(scene: Scene, base: str = "full", **changed: Any) -> str:
    text = text_of(issue(scene, write(scene, base, **changed)).pdf)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("base", "changed", "most"),
    [
        ("spirometry", {}, 1),
        ("spirometry", fullest(), 2),
        ("full", GREY, 1),
        ("full", UNREADABLE, 1),
        ("minimal", QUESTIONNAIRE_ONLY, 1),
    ],
    ids=["spirometry", "fullest", "grey zone", "not interpretable", "questionnaire alone"],
)
def test_the_letter_is_one_page_and_the_fullest_two(
    scene: Scene, base: str, changed: dict[str, Any], most: int
) -> None:
    letter = issue(scene, write(scene, base, **changed))
    assert len(pypdf.PdfReader(io.BytesIO(letter.pdf)).pages) <= most


def test_the_conclusion_is_first_then_the_measure_then_what_it_rests_on(scene: Scene) -> None:
    said = printed(scene, "spirometry", **fullest())
    order = [
        "Suspicion d’obstruction, à confirmer – validé par le professionnel",
        "Signal d’alerte – validé par le professionnel",
        "Une douleur dans la poitrine",
        "Orientation proposée",
        "Mesure du souffle",
        "EasyOne Air",
        "Questionnaire de repérage (HAS)",
        "Expositions, antécédents et constantes",
        "Contre-indications à l’expiration forcée",
    ]
    places = [said.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_the_spirometry_is_a_table_with_its_equations_and_its_threshold(scene: Scene) -> None:
    measure = parts(scene, "spirometry", spirometry__threshold=values(0.68))["Mesure du souffle"]
    (table,) = measure.tables
    assert table.headings == ["Mesuré", "Prédit", "LIN", "z-score", "% du prédit", "Grade", "Acceptables"]
    assert [line[0] for line in table.lines] == ["VEMS", "CVF", "VEMS/CVF"]
    assert table.lines[0][1] == "2,10\u00a0L"
    assert table.lines[2] == ["VEMS/CVF", "0,618", "0,776", "0,648", "\u22121,97", "–", "–", "–"]
    assert measure.settings == [
        ("équations", "GLI Global 2022"),
        ("seuil de suspicion du rapport VEMS/CVF", "0,68"),
    ]


@pytest.mark.parametrize(
    ("base", "changed", "words"),
    [
        ("spirometry", {}, "seuil de suspicion du rapport VEMS/CVF : 0,70"),
        ("spirometry", {}, "équations : GLI Global 2022"),
        ("full", {"mini__threshold": values(0.66)}, "seuil de suspicion du rapport VEMS/VEM6 : 0,66"),
        ("full", {"mini__grey_upper": values(0.82)}, "limite haute de la zone grise : 0,82"),
        ("full", {"questionnaire__threshold": values(3)}, "nombre de « oui » qui fait un signal : 3"),
    ],
)
def test_the_thresholds_in_force_are_printed(
    scene: Scene, base: str, changed: dict[str, Any], words: str
) -> None:
    assert words in printed(scene, base, **changed)


def test_yes_and_no_are_each_said_together(scene: Scene) -> None:
    groups = dict(parts(scene)["Questionnaire de repérage (HAS)"].groups)
    assert groups["Oui"] == [
        "tousse souvent",
        "essoufflement plus facile que les personnes de son âge",
        "plus de 40 ans",
        "fume ou a fumé",
        "longue exposition à des poussières, des fumées ou des gaz",
    ]
    assert groups["Non"] == ["toux grasse ou crachats fréquents"]
    assert dict(parts(scene)["Expositions, antécédents et constantes"].groups)["Inconnu"] == [
        "chauffage ou cuisine au bois ou au charbon, avec de la fumée"
    ]


@pytest.mark.parametrize(("question", "label"), FIVE.items())
@pytest.mark.parametrize(("absence", "lead"), [("asked-unknown", "Inconnu"), ("asked-declined", "Refusé")])
def test_a_question_without_an_answer_is_neither_yes_nor_no(
    scene: Scene, question: str, label: str, absence: str, lead: str
) -> None:
    changed: dict[str, Any] = {
        f"questionnaire__{question}": {"absent": absence},
        "questionnaire__score": None,
    }
    if question == "breathless":
        changed["questionnaire__mmrc"] = None
    groups = parts(scene, **changed)["Questionnaire de repérage (HAS)"].groups
    assert [each for each, labels in groups if label in labels] == [lead]
    assert "Réponses «\u00a0oui\u00a0» sur cinq" in dict(groups)["Non calculé"]


@pytest.mark.parametrize(("question", "label"), FIVE.items())
def test_a_question_that_nothing_was_recorded_of_is_said_so(scene: Scene, question: str, label: str) -> None:
    said, link_id = read(scene), f"questionnaire.{question}"
    less = replace(
        said,
        said={each: found for each, found in said.said.items() if each != link_id},
        answers={each: answer for each, answer in said.answers.items() if each != link_id},
    )
    (questionnaire,) = (part for part in parts_of(less, DAY) if part.title.startswith("Questionnaire"))
    assert [each for each, labels in questionnaire.groups if label in labels] == ["Non renseigné"]


def test_what_does_not_apply_is_not_said_unanswered(scene: Scene) -> None:
    said = printed(scene, "minimal", **QUESTIONNAIRE_ONLY)
    assert "Mesure du souffle non faite : Non prévue ici" in said
    assert "Non calculé : Résultat de la mesure" in said
    for never_asked in ("VEM6", "VEMS", "Numéro de série", "Contre-indications", "mMRC"):
        assert never_asked not in said


def test_a_result_that_was_set_aside_is_no_finding(scene: Scene) -> None:
    (result, _) = parts(scene, **SET_ASIDE)["Conclusion et orientation"].headlines
    assert result == (
        "Résultat de la mesure",
        "Écarté par le professionnel",
        "calculé\u00a0: Suspicion d’obstruction, à confirmer\u202f; raison\u00a0: Souffles trop courts",
    )
    assert "Repérage positif" not in defaults(read(scene, **SET_ASIDE)).opening


@pytest.mark.parametrize(
    ("base", "changed", "sentence"),
    [
        ("spirometry", {}, "Repérage positif"),
        ("full", GREY, "Résultat en zone grise"),
        ("full", UNREADABLE, "La mesure n’a pas pu être interprétée"),
        (
            "full",
            {
                "mini__fev1": values(2.8),
                "mini__ratio": values(0.87),
                "result__conclusion": values("no_sign"),
            },
            "n’écarte pas pour autant une maladie",
        ),
        ("minimal", QUESTIONNAIRE_ONLY, "Questionnaire de repérage positif, sans mesure du souffle"),
    ],
)
def test_what_it_amounts_to_is_proposed_first_and_is_never_a_diagnosis(
    scene: Scene, base: str, changed: dict[str, Any], sentence: str
) -> None:
    proposed = defaults(read(scene, base, **changed))
    assert sentence in proposed.opening
    whole = printed(scene, base, **changed) + proposed.opening
    assert whole.count("diagnos") == whole.count("ne constitue pas un diagnostic")


def test_the_foot_promises_no_more_than_the_letter_keeps(scene: Scene) -> None:
    assert "Ce qui n’est pas cité ici n’a pas forcément été demandé." in printed(scene)


def test_the_sentences_proposed_are_those_of_the_clinical_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "clinical" / "bpco.md").read_text(encoding="utf-8")
    sentences = [each.text.replace("\u00a0", " ") for each in rule_of(form_named(BPCO)).conclusions]
    assert [sentence for sentence in sentences if f"| {sentence} |" not in page] == []
