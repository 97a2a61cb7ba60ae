"""The extensions of the instruments: what they become, and each way in which a file may misuse them."""

import copy
import json
from collections.abc import Callable
from typing import Any, get_args

import pytest

from forms.definition import Argument, Delay, Elapsed, ItemType, Prefill, ResultRule, Translated
from forms.load import parse
from tests.forms.small import OURS, defects, small
from tests.forms.small_instrument import (
    BLOW,
    GLI,
    decimals,
    extension,
    fhirpath,
    function,
    instrument,
    limits,
    link,
    option,
    ours,
    question,
    rule,
    unit,
    words,
)


def test_each_extension_becomes_a_field() -> None:
    form = parse(json.dumps(instrument()).encode(), "instrument.json")
    index = form.index

    assert form.use == "record"
    assert index["test.set"].setting
    assert index["test.threshold"].start == 2.5
    gli = index["test.z"].function
    assert gli is not None
    assert gli.code("output") == "z"
    assert gli.links("set") == ("test.set",)
    assert gli.arguments[0] == Argument("set", link="test.set")
    assert index["test.z"].reads == tuple(argument.link for argument in gli.arguments if argument.link)
    assert index["test.state"].rule == ResultRule("Règle.", "Règle.", "OMS")
    assert index["test.state"].reviewed_by == "test.review"
    assert index["test.state"].remembered
    assert index["test.state"].person_result
    assert [link_id for link_id, item in index.items() if item.kept_for_the_day] == ["test.side"]
    assert index["test.side"].kept_with == "test.sex"
    assert index["test.state"].options["low"].tone == "alert"
    assert index["test.state"].options["low"].person_text == Translated("À revoir", "À revoir")
    assert index["test.acceptable"].person_text == Translated("Bien soufflé ?", "Bien soufflé ?")
    assert index["test.review"].enabled_when is not None
    assert index["test.danger"].urgent
    assert index["test.rise"].instrument == "stopwatch"
    assert index["test.scale"].control == "slider"
    assert index["test.scale"].start == 5
    assert index["test.waited"].elapsed == Elapsed("test.fev1", "test.rise")
    assert index["test.later"].delay == Delay("test.fev1", 180)
    assert index["test.before"].prefill == Prefill("person", "test.state", "value")
    assert index["test.before_day"].prefill == Prefill("person", "test.state", "day")
    assert index["test.theme"].prefill == Prefill("stop", "theme")


def test_a_form_is_a_record_unless_it_says_otherwise() -> None:
    assert parse(json.dumps(small()).encode(), "small.json").use == "record"


Change = Callable[[dict[str, Any]], object]


KEPT = ours("kept-for-the-day", valueBoolean=True)
ADMINISTRATIVE = ours("item-class", valueCode="administrative")


def _with(link_id: str, *extensions: dict[str, Any], **members: Any) -> Change:
    def change(form: dict[str, Any]) -> None:
        item = question(form, link_id)
        item.setdefault("extension", []).extend(extensions)
        item.update(members)

    return change


def _without(link_id: str, name: str) -> Change:
    def change(form: dict[str, Any]) -> None:
        item = question(form, link_id)
        item["extension"].remove(extension(item, name))

    return change


def _keep_side_with(link_id: str) -> Change:
    return lambda form: extension(question(form, "test.side"), "kept-with").update(valueString=link_id)


def _beside_side(form: dict[str, Any]) -> dict[str, Any]:
    other = copy.deepcopy(question(form, "test.side"))
    extension(other, "kept-with").update(valueString="test.side")
    return other | {"linkId": "test.other"}


def _instead(link_id: str, *extensions: dict[str, Any]) -> Change:
    return lambda form: question(form, link_id).update(extension=list(extensions))


def _gli(*arguments: tuple[str, str, str]) -> Change:
    return _instead("test.z", decimals(2), function("gli", *arguments), rule())


def _gli_but(name: str, *replacement: tuple[str, str, str]) -> Change:
    return _gli(*(argument for argument in GLI if argument[0] != name), *replacement)


def _part(link_id: str, name: str, part: str, **value: Any) -> Change:
    def change(form: dict[str, Any]) -> None:
        parts = extension(question(form, link_id), name)["extension"]
        next(each for each in parts if each["url"] == part).update(value)

    return change


def _use(code: str) -> Change:
    return lambda form: form["extension"][-1].update(valueCode=code)


DEFECTS: dict[str, tuple[Change, str]] = {
    "an unknown use": (_use("survey"), "extension[1].valueCode: one of record, act, anonymous"),
    "an act with an identity": (
        lambda f: (
            _use("act")(f),
            question(f, "test.sex").update(extension=[ours("item-class", valueCode="identity")]),
        ),
        "test.sex: a form of use act has no item of class identity",
    ),
    "two starting values": (
        _with("test.scale", initial=[{"valueInteger": 1}, {"valueInteger": 2}]),
        "item[0].item[19].initial: one starting value",
    ),
    "a starting text": (
        _with("test.theme", initial=[{"valueString": "x"}]),
        "item[0].item[23].initial[0].valueString: is not in the supported subset",
    ),
    "a starting value outside the limits": (
        _with("test.scale", initial=[{"valueInteger": 11}]),
        "test.scale: initial is of the item's type",
    ),
    "a starting value of another type": (
        _with("test.scale", initial=[{"valueBoolean": True}]),
        "test.scale: initial is of the item's type",
    ),
    "a whole number to start a decimal": (
        _with("test.threshold", initial=[{"valueInteger": 2}]),
        "test.threshold: initial is of the item's type",
    ),
    "a starting value of what is calculated": (
        _with("test.age", initial=[{"valueInteger": 5}]),
        "test.age: what is calculated has no starting value",
    ),
    "a setting that the professional fills": (
        _with("test.threshold", readOnly=False),
        "test.threshold: a setting is readOnly",
    ),
    "a setting without a value": (
        lambda f: question(f, "test.threshold").pop("initial"),
        "test.threshold: a setting is readOnly",
    ),
    "a setting without limits": (
        _instead("test.threshold", ours("setting", valueBoolean=True)),
        "test.threshold: a setting that is a number has minValue and maxValue",
    ),
    "two ways of enabling": (
        _with(
            "test.review",
            enableWhen=[{"question": "test.state", "operator": "exists", "answerBoolean": True}],
        ),
        "test.review: either enableWhen or enableWhenExpression",
    ),
    "enabling by what comes after": (
        _instead("test.sex", fhirpath("enableWhenExpression", f"{link('test.state')} = 'low'")),
        "test.sex: enableWhenExpression reads test.state, not a question before it",
    ),
    "enabling by today's date": (
        _instead("test.sex", fhirpath("enableWhenExpression", "today() > %visitDate or now().exists()")),
        "valueExpression.expression: function now() is not allowed",
    ),
    "a calculated text": (
        _instead("test.theme", fhirpath("calculatedExpression", "'x'")),
        "calculatedExpression does not apply to string",
    ),
    "a calculation of what comes after": (
        _instead("test.adult", fhirpath("calculatedExpression", f"{link('test.recall')} = 3")),
        "test.adult: the calculation reads test.recall, not a question before it",
    ),
    "a function beside an expression": (
        _with("test.age", fhirpath("calculatedExpression", "1")),
        "test.age: one of a calculated expression",
    ),
    "an unknown function": (
        _instead("test.age", function("bmi"), rule()),
        "item[0].item[12].extension[0].extension[0].valueCode: one of gli",
    ),
    "a function without a name": (
        lambda f: extension(question(f, "test.age"), "function")["extension"].pop(0),
        "item[0].item[12].extension[0]: a name is expected",
    ),
    "an argument without a value": (
        lambda f: extension(question(f, "test.age"), "function")["extension"][1]["extension"].pop(),
        "extension[0].extension[1]: name, and link or code, are expected",
    ),
    "a missing argument": (_gli_but("sex"), "test.z: gli: argument sex is expected"),
    "an argument twice": (_gli(*GLI, GLI[3]), "test.z: gli: argument sex occurs twice"),
    "an unknown argument": (
        _gli(*GLI, ("weight", "link", "test.height")),
        "test.z: gli: argument weight is not one of set,",
    ),
    "an argument placed after": (
        _gli_but("fev1", ("fev1", "link", "test.rise")),
        "test.z: the calculation reads test.rise, not a question before it",
    ),
    "an argument of another type": (
        _gli_but("sex", ("sex", "link", "test.acceptable")),
        "test.z: gli: argument sex: test.acceptable is boolean, not choice",
    ),
    "an argument in another unit": (
        _gli_but("height", ("height", "link", "test.fev1")),
        "test.z: gli: argument height: test.fev1 is not in cm",
    ),
    "a sex without its codes": (
        _gli_but("sex", ("sex", "link", "test.set")),
        "test.z: gli: argument sex: test.set does not offer F, M",
    ),
    "a set of other codes": (
        _gli_but("set", ("set", "link", "test.sex")),
        "test.z: gli: argument set: test.sex offers something else than gli-2022, gli-2012",
    ),
    "a code that is not one": (
        _gli_but("output", ("output", "code", "score")),
        "test.z: gli: argument output is predicted,",
    ),
    "a code where an answer is expected": (
        _gli_but("sex", ("sex", "code", "F")),
        "test.z: gli: argument sex is link, not F",
    ),
    "an answer where a code is expected": (
        _gli_but("index", ("index", "link", "test.set")),
        "test.z: gli: argument index is one of the codes fev1, fvc, fev1-fvc",
    ),
    "a score of nothing measured": (_gli_but("fev1"), "test.z: gli: argument fev1 is expected for z"),
    "a ratio of half a measure": (
        _gli_but("index", ("index", "code", "fev1-fvc")),
        "test.z: gli: argument fvc is expected for z",
    ),
    "a prediction from a measure": (
        _gli_but("output", ("output", "code", "lln")),
        "test.z: gli: nothing measured is given for lln",
    ),
    "a group of equations without groups": (
        _gli(*(a for a in GLI if a[0] != "set"), ("set", "code", "gli-2022"), ("group", "code", "1")),
        "test.z: gli: gli-2022 has no group",
    ),
    "a result without decimals": (
        _instead("test.z", function("gli", *GLI), rule()),
        "test.z: gli: the result states its maxDecimalPlaces",
    ),
    "a function on another type": (
        _instead("test.scale", function("gli", *GLI), rule()),
        "test.scale: gli: stands on decimal, quantity",
    ),
    "a grade without its codes": (
        lambda f: question(f, "test.grade")["answerOption"].pop(),
        "test.grade: spirometry-grade: the choice offers A, B, C, D, E, F, U",
    ),
    "blows of unequal lists": (
        _instead("test.best", unit("L"), function("spirometry-best", *BLOW, BLOW[0]), rule()),
        "test.best: spirometry-best: value, acceptable and usable are given as often",
    ),
    "a function without its rule": (_without("test.age", "rule"), "test.age: the rule in words"),
    "a clinical conclusion without its rule": (
        _without("test.state", "rule"),
        "test.state: the rule in words",
    ),
    "a rule of what is answered": (
        _with("test.theme", rule()),
        "escale.example/fhir/StructureDefinition/rule does",
    ),
    "a rule of a number that is typed": (_with("test.height", rule()), "test.height: a rule stands only on"),
    "a rule without a source": (
        lambda f: extension(question(f, "test.age"), "rule")["extension"].pop(),
        "item[0].item[12].extension[1]: exactly source, text are expected",
    ),
    "a rule without its translation": (
        lambda f: extension(question(f, "test.age"), "rule")["extension"][0].pop("_valueString"),
        "item[0].item[12].extension[1].extension[0]._valueString: an English translation is expected",
    ),
    "a review placed before": (
        lambda f: extension(question(f, "test.state"), "reviewed-by").update(valueString="test.sex"),
        "test.state: reviewed-by names test.sex, not a question after it",
    ),
    "a review of nowhere": (
        lambda f: extension(question(f, "test.state"), "reviewed-by").update(valueString="test.gone"),
        "test.state: reviewed-by names test.gone, not a question after it",
    ),
    "a review with other codes": (
        lambda f: question(f, "test.review")["answerOption"].append(option("maybe")),
        "test.state: test.review is a choice of validated and set_aside",
    ),
    "a review one may leave out": (
        _with("test.review", required=False),
        "test.state: test.review is required",
    ),
    "a review of what is answered": (
        _with("test.height", ours("reviewed-by", valueString="test.review")),
        "test.height: only what is calculated is reviewed",
    ),
    "a memory of what is sensitive": (
        _with("test.state", ours("item-class", valueCode="sensitive")),
        "test.state: what is sensitive is neither carried nor remembered",
    ),
    "something clinical kept for the day": (
        _with("test.height", KEPT),
        "test.height: only what is administrative is kept for the day",
    ),
    "something of a person kept for the day": (
        _with("test.height", ADMINISTRATIVE, KEPT, ours("carried", valueBoolean=True)),
        "test.height: what is known of a person is not kept for the day",
    ),
    "something calculated kept for the day": (
        _with("test.z", ADMINISTRATIVE, KEPT),
        "test.z: what is calculated, read-only or has an initialExpression is not kept for the day",
    ),
    "a theme kept for the day": (
        _with("test.theme", ADMINISTRATIVE, KEPT),
        "test.theme: what is calculated, read-only or has an initialExpression is not kept for the day",
    ),
    "kept with a choice, and not kept for the day": (
        _with("test.usable", ours("kept-with", valueString="test.sex")),
        "test.usable: kept-with goes with escale:kept-for-the-day",
    ),
    "kept with a question that is no choice": (
        _keep_side_with("test.height"),
        "test.side: kept-with names test.height, not a choice of one answer that somebody gives before it",
    ),
    "kept with a choice that is calculated": (
        _keep_side_with("test.grade"),
        "test.side: kept-with names test.grade, not a choice of one answer that somebody gives before it",
    ),
    "kept with a setting": (
        _keep_side_with("test.set"),
        "test.side: kept-with names test.set, not a choice of one answer that somebody gives before it",
    ),
    "kept with itself": (
        _keep_side_with("test.side"),
        "test.side: kept-with names test.side, not a choice of one answer that somebody gives before it",
    ),
    "kept with a choice that takes several answers": (
        lambda f: question(f, "test.sex").update(repeats=True),
        "test.side: kept-with names test.sex, not a choice of one answer that somebody gives before it",
    ),
    "kept with a choice that comes after": (
        lambda f: f["item"][0]["item"].append(f["item"][0]["item"].pop(0)),
        "test.side: kept-with names test.sex, not a choice of one answer that somebody gives before it",
    ),
    "kept with what is itself kept with another": (
        lambda f: f["item"][0]["item"].append(_beside_side(f)),
        "test.other: kept-with names test.side, not a choice of one answer that somebody gives before it",
    ),
    "carried and remembered": (
        _with("test.height", ours("carried", valueBoolean=True), ours("remembered", valueBoolean=True)),
        "test.height: either escale:carried or escale:remembered",
    ),
    "the last answer of what nobody keeps": (
        lambda f: extension(question(f, "test.before"), "initialExpression")["valueExpression"].update(
            expression="%person.facts('test.sex').value"
        ),
        "test.before: test.sex is neither escale:remembered nor escale:carried",
    ),
    "the last answer of another type": (
        lambda f: question(f, "test.before").update(type="string", answerOption=[]),
        "test.before: test.state is choice, not string",
    ),
    "a day that is a number": (
        lambda f: question(f, "test.before_day").update(type="integer"),
        "test.before_day: the day of a person's answer is a date",
    ),
    "something else of the person": (
        _instead("test.theme", fhirpath("initialExpression", "%person.facts('test.state').by")),
        "item[0].item[23].extension[0].valueExpression.expression: one of %roster.birth_name",
    ),
    "a start from two places": (
        _with(
            "test.height",
            fhirpath("initialExpression", "%person.facts('x').value"),
            initial=[{"valueDecimal": 100}],
        ),
        "test.height: either a starting value or an initialExpression",
    ),
    "an unknown control": (
        lambda f: extension(question(f, "test.rise"), "control").update(valueCode="metronome"),
        "one of stopwatch, body-side, spirometer-file is expected",
    ),
    "a stopwatch without seconds": (
        _instead("test.rise", ours("control", valueCode="stopwatch"), unit("min")),
        "test.rise: a stopwatch is a number in seconds",
    ),
    "another side of the body": (
        lambda f: question(f, "test.side")["answerOption"].append(option("front")),
        "test.side: body-side is a choice among",
    ),
    "curves in one line": (_with("test.curves", type="string"), "test.curves: spirometer-file is a text"),
    "a slider without an end": (
        lambda f: question(f, "test.scale")["extension"].pop(1),
        "test.scale: a slider is a number with minValue and maxValue",
    ),
    "radio buttons for a number": (
        lambda f: extension(question(f, "test.scale"), "itemControl")["valueCodeableConcept"]["coding"][
            0
        ].update(code="radio-button"),
        "test.scale: radio-button applies to a choice",
    ),
    "a delay from what comes after": (
        _part("test.later", "delay", "since", valueString="test.recall"),
        "test.later: delay counts from test.recall, not a question before it",
    ),
    "no delay": (
        _part("test.later", "delay", "seconds", valueInteger=0),
        "a positive number of seconds is expected",
    ),
    "a delayed question": (
        _with("test.sex", ours("delay", extension=[])),
        "delay does not apply to choice",
    ),
    "time that runs backwards": (
        _part("test.waited", "elapsed", "until", valueString="test.height"),
        "test.waited: elapsed names two questions, since before until",
    ),
    "an elapsed time one may type": (
        _with("test.waited", readOnly=False),
        "test.waited: an elapsed time is readOnly",
    ),
    "an urgent question": (
        _with("test.sex", ours("urgent", valueBoolean=True)),
        "urgent does not apply to choice",
    ),
    "plain words without a translation": (
        lambda f: extension(question(f, "test.acceptable"), "person-text").pop("_valueString"),
        "item[0].item[4].extension[0]._valueString: an English translation is expected",
    ),
    "a result that is answered": (
        _with("test.sex", ours("person-result", valueBoolean=True)),
        "test.sex: a result on the person's page is calculated",
    ),
    "a result without a tone": (
        lambda f: question(f, "test.state")["answerOption"][1].pop("extension"),
        "test.state: option normal of a result on the person's page has a tone",
    ),
    "a sensitive line of the person's page": (
        _with("test.usable", words("person-line", "Souffle"), ours("item-class", valueCode="sensitive")),
        "test.usable: what is sensitive is no line of the person's page",
    ),
    "a result that is a line too": (
        _with("test.state", words("person-line", "Votre souffle")),
        "test.state: a result of the person's page is not a line of it too",
    ),
    "a comparison with what comes later": (
        _with("test.state", ours("compared-with", valueString="test.before")),
        "test.state: compared-with names test.before, not a question before it",
    ),
    "a comparison of what is answered": (
        _with("test.usable", ours("compared-with", valueString="test.acceptable")),
        "test.usable: only what is calculated is compared (compared-with)",
    ),
    "a comparison with another kind": (
        _with("test.state", ours("compared-with", valueString="test.height")),
        "test.state: compared-with: test.height is answered otherwise",
    ),
    "an option that sets aside what nobody reviews": (
        lambda f: question(f, "test.side")["answerOption"][0].update(
            extension=[ours("sets-aside", valueString="test.grade")]
        ),
        "test.side: option left sets aside test.grade, not a result whose review asks for it",
    ),
    "an option that sets aside unasked": (
        lambda f: question(f, "test.side")["answerOption"][0].update(
            extension=[ours("sets-aside", valueString="test.state")]
        ),
        "test.side: option left sets aside test.state, not a result whose review asks for it",
    ),
    "an unknown tone": (
        lambda f: question(f, "test.state")["answerOption"][1]["extension"][0].update(valueCode="red"),
        "one of good, watch, alert, unknown is expected",
    ),
}


@pytest.mark.parametrize(("change", "expected"), DEFECTS.values(), ids=DEFECTS)
def test_a_misuse_is_refused_at_its_place(change: Change, expected: str) -> None:
    form = instrument()
    change(form)

    found = defects(form)

    assert any(expected in defect for defect in found), found


def test_a_foreign_questionnaire_is_told_everything_at_once() -> None:
    """Nothing of it is hidden behind what was found first: not groups that repeat, not FHIRPath."""
    form = small()
    section = form["item"][0]
    section["repeats"] = True
    section["prefix"] = "A"
    section["item"].append(
        {
            "linkId": "visit.when",
            "text": "Quand ?",
            "type": "dateTime",
            "extension": [{"url": OURS + "urgent", "valueBoolean": True}],
        }
    )
    section["item"].append(
        {
            "linkId": "visit.score",
            "text": "Score",
            "type": "decimal",
            "readOnly": True,
            "extension": [fhirpath("calculatedExpression", "%score.sum() + today()"), *limits(0, 1)],
            "enableWhen": [{"question": "visit.when", "operator": ">", "answerInteger": 3}],
        }
    )
    form["modifierExtension"] = []

    expression = "item[0].item[3].extension[0].valueExpression.expression"
    assert defects(form) == [
        "modifierExtension: is not in the supported subset",
        "item[0].prefix: is not in the supported subset",
        f"item[0].item[2].type: one of {', '.join(get_args(ItemType))} is expected, not dateTime",
        "item[0].item[2]._text: an English translation is expected",
        f"{expression}: variable %score is not allowed",
        f"{expression}: function sum() is not allowed",
        f"{expression}: function today() is not allowed",
        "item[0].item[3].enableWhen[0].answerInteger: is not in the supported subset",
        "item[0].item[3].enableWhen[0].operator: one of exists, =, != is expected, not >",
        "item[0].item[3]._text: an English translation is expected",
        "visit: only simple items are required, repeat or are read-only",
    ]
