"""The rows of a record page: labels, values with units, absences."""

from decimal import Decimal

import pytest

from forms.definition import Form, Value
from forms.present import Language, rows
from forms.response import Answer, Response
from tests.forms.vectors import form_cases, response_to
from tests.support.records import form_named

FULL = form_cases("medicobus-consultation.v1.0.0.json")[0]


def _shown(form: Form, link_id: str, value: Value, language: Language = "fr") -> str:
    (row,) = rows(form, Response({link_id: Answer(values=(value,))}), language)
    return row.values[0]


def test_rows_follow_the_form_and_only_tell_what_was_answered(medicobus: Form) -> None:
    shown = rows(medicobus, response_to(medicobus, FULL.answers))

    assert [row.link_id for row in shown] == [link for link in medicobus.index if link in FULL.answers]


def test_a_row_names_its_section_its_block_and_who_may_see_it(medicobus: Form) -> None:
    by_link = {row.link_id: row for row in rows(medicobus, response_to(medicobus, FULL.answers))}

    assert by_link["vitals.sbp"].section == "Constantes"
    assert by_link["vitals.sbp"].group == ""
    assert by_link["conclusion.delivery.letter"].group == "Remise des documents"
    assert by_link["history.pregnancy"].item_class == "sensitive"
    assert by_link["vitals.sbp"].typed_as == "13"


@pytest.mark.parametrize(
    ("link_id", "value", "french", "english"),
    [
        ("vitals.sbp", 130, "130\u00a0mmHg", "130\u00a0mmHg"),
        ("vitals.temp", 36.6, "36,6\u00a0°C", "36.6\u00a0°C"),
        ("vitals.temp", 37, "37,0\u00a0°C", "37.0\u00a0°C"),
        ("vitals.temp", 36.65, "36,65\u00a0°C", "36.65\u00a0°C"),
        ("vitals.glucose", 1000, "1000\u00a0mg/dL", "1000\u00a0mg/dL"),
        ("vitals.glucose", 9999, "9999\u00a0mg/dL", "9999\u00a0mg/dL"),
        ("vitals.glucose", 10000, "10\u202f000\u00a0mg/dL", "10000\u00a0mg/dL"),
        ("vitals.glucose", -1980, "\u22121980\u00a0mg/dL", "\u22121980\u00a0mg/dL"),
        ("vitals.pain", 0, "0", "0"),
        ("identity.birth_date", "1954-06-30", "30/06/1954", "1954-06-30"),
        ("visit.frailty", False, "Non", "No"),
        ("identity.sex", "F", "Féminin", "Female"),
        ("visit.commune", "42015", "Belmont-de-la-Loire (42015)", "Belmont-de-la-Loire (42015)"),
        ("identity.birth_place", "99999", "Lieu de naissance inconnu", "Unknown place of birth"),
        ("identity.birth_place", "99217", "99217", "99217"),
        ("reasons.icpc", "K86", "Hypertension non compliquée", "Hypertension uncomplicated"),
    ],
)
def test_a_value_is_shown_as_people_write_it(
    medicobus: Form, link_id: str, value: Value, french: str, english: str
) -> None:
    number = response_to(medicobus, {link_id: Answer(values=(value,))}).answers[link_id].values[0]

    assert _shown(medicobus, link_id, number) == french
    assert _shown(medicobus, link_id, number, "en") == english


def test_a_year_is_not_grouped() -> None:
    assert _shown(form_named("prevention-stand"), "stand.birth_year", 1980) == "1980"


def test_a_blow_has_the_decimals_of_the_best_one() -> None:
    bpco = form_named("bpco-reperage")
    for link_id in ("spirometry.blow1.fev1", "spirometry.fev1"):
        assert _shown(bpco, link_id, Decimal("2.1")) == "2,10\u00a0L"


def test_several_values_are_shown_each(medicobus: Form) -> None:
    (row,) = rows(medicobus, response_to(medicobus, {"history.allergies": FULL.answers["history.allergies"]}))

    assert row.values == ("Pénicilline", "Arachide")


def test_an_absence_is_told_by_its_reason_not_as_a_no(medicobus: Form) -> None:
    response = Response({"visit.frailty": Answer(absent="asked-unknown")})

    (french,), (english,) = rows(medicobus, response), rows(medicobus, response, "en")

    assert (french.values, french.absence) == ((), "Inconnu")
    assert english.absence == "Unknown"


def test_the_labels_are_in_the_language_asked_for(medicobus: Form) -> None:
    response = Response({"vitals.sbp": Answer(values=(130,))})

    assert rows(medicobus, response)[0].label == "Pression artérielle systolique"
    assert rows(medicobus, response, "en")[0].label == "Systolic blood pressure"


def test_of_a_spirometer_s_file_only_the_number_of_curves_and_the_device_are_words() -> None:
    bpco = form_named("bpco-reperage")
    text = '{"v":1,"source":"ndd-xml","device":"EasyOne","trials":[{"n":1},{"n":2}]}'
    for kept, said in ((text, "2\u00a0×\u00a0EasyOne"), ("[", "["), ("3", "3")):
        (row,) = rows(bpco, Response({"spirometry.curves": Answer(values=(kept,))}))
        assert (row.values, row.curves) == ((said,), kept)


@pytest.mark.parametrize(
    ("review", "reason", "tone", "because"),
    [("validated", None, "alert", ""), ("set_aside", "toux", "alert", "toux"), (None, None, "alert", "")],
)
def test_a_result_stands_with_its_rule_its_tone_and_what_the_professional_said(
    review: str | None, reason: str | None, tone: str, because: str
) -> None:
    bpco = form_named("bpco-reperage")
    answers = {"result.conclusion": Answer(values=("suspicion",))}
    for link_id, code in (("result.review", review), ("result.review_reason", reason)):
        if code is not None:
            answers[link_id] = Answer(values=(code,))
    row = rows(bpco, Response(answers))[0]
    assert (row.tone, row.review, row.set_aside_because) == (tone, review, because)
    assert row.rule
    assert row.source


def test_a_result_that_was_not_named_among_those_set_aside_stands() -> None:
    form = form_named("icope-step1")
    answers = {
        "vision.state": Answer(values=("altered",)),
        "mood.state": Answer(values=("altered",)),
        "results.alerts": Answer(values=(2,)),
        "results.review": Answer(values=("set_aside",)),
        "results.set_aside": Answer(values=("vision",)),
        "results.review_reason": Answer(values=("Lunettes oubliées",)),
    }

    by_link = {row.link_id: (row.review, row.set_aside_because) for row in rows(form, Response(answers))}

    assert by_link["vision.state"] == ("set_aside", "Vision – Lunettes oubliées")
    assert by_link["mood.state"] == ("validated", "")
    assert by_link["results.alerts"] == ("set_aside", "Vision – Lunettes oubliées")


def test_nothing_is_spared_while_nobody_said_which_is_set_aside() -> None:
    form = form_named("icope-step1")
    answers = {
        "vision.state": Answer(values=("altered",)),
        "results.review": Answer(values=("set_aside",)),
    }

    (vision, _) = rows(form, Response(answers))

    assert vision.review == "set_aside"
