"""A small form that uses each extension of the instruments once: what tests of them change."""

from typing import Any

from tests.forms.small import FHIR, OURS, item, small, translated

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
CODES = "https://escale.example/fhir/CodeSystem/small"


def ours(name: str, **value: Any) -> dict[str, Any]:
    return {"url": OURS + name, **value}


def words(name: str, french: str) -> dict[str, Any]:
    return ours(name, valueString=french, _valueString=translated(french))


def fhirpath(name: str, expression: str) -> dict[str, Any]:
    return {"url": SDC + name, "valueExpression": {"language": "text/fhirpath", "expression": expression}}


def option(code: str, *extensions: dict[str, Any], **members: Any) -> dict[str, Any]:
    coding = {"system": CODES, "code": code, "display": code, "_display": translated(code)}
    extended = {"extension": list(extensions)} if extensions else {}
    return {"valueCoding": coding, **extended, **members}


def unit(code: str) -> dict[str, Any]:
    coding = {"system": "http://unitsofmeasure.org", "code": code, "display": code}
    return {"url": FHIR + "questionnaire-unit", "valueCoding": coding}


def limits(minimum: float, maximum: float) -> list[dict[str, Any]]:
    return [
        {"url": FHIR + "minValue", "valueDecimal": minimum},
        {"url": FHIR + "maxValue", "valueDecimal": maximum},
        ours("limit-source", valueString="scale"),
    ]


def decimals(places: int) -> dict[str, Any]:
    return {"url": FHIR + "maxDecimalPlaces", "valueInteger": places}


def function(name: str, *arguments: tuple[str, str, str]) -> dict[str, Any]:
    """`arguments`: name, `link` or `code`, and which."""
    parts: list[dict[str, Any]] = [{"url": "name", "valueCode": name}]
    for argument, kind, value in arguments:
        given = {"url": kind, "valueString" if kind == "link" else "valueCode": value}
        parts.append({"url": "argument", "extension": [{"url": "name", "valueCode": argument}, given]})
    return ours("function", extension=parts)


def rule(text: str = "Règle.") -> dict[str, Any]:
    parts = [
        {"url": "text", "valueString": text, "_valueString": translated(text)},
        {"url": "source", "valueString": "OMS"},
    ]
    return ours("rule", extension=parts)


def link(link_id: str) -> str:
    return f"%resource.repeat(item).where(linkId = '{link_id}').answer.value"


GLI = (
    ("set", "link", "test.set"),
    ("index", "code", "fev1"),
    ("output", "code", "z"),
    ("sex", "link", "test.sex"),
    ("birth-date", "link", "test.birth_date"),
    ("height", "link", "test.height"),
    ("fev1", "link", "test.fev1"),
)
BLOW = (
    ("value", "link", "test.fev1"),
    ("acceptable", "link", "test.acceptable"),
    ("usable", "link", "test.usable"),
)
STATE = f"({link('test.fev1')}.value < {link('test.threshold')}).select(iif($this, 'low', 'normal'))"


def _litres(link_id: str) -> dict[str, Any]:
    return item(link_id, "quantity", extension=[unit("L"), decimals(3), *limits(0.1, 12)])


def _calculated(link_id: str, kind: str, *extensions: dict[str, Any], **members: Any) -> dict[str, Any]:
    return item(link_id, kind, readOnly=True, extension=list(extensions), **members)


def instrument() -> dict[str, Any]:
    """A publishable form; `questions` finds its items by linkId."""
    form = small()
    grades = [option(code) for code in "ABCDEFU"]
    review = item(
        "test.review",
        "choice",
        required=True,
        answerOption=[option("validated"), option("set_aside")],
        extension=[fhirpath("enableWhenExpression", f"{link('test.state')}.exists()")],
    )
    state = _calculated(
        "test.state",
        "choice",
        fhirpath("calculatedExpression", STATE),
        rule(),
        ours("reviewed-by", valueString="test.review"),
        ours("remembered", valueBoolean=True),
        ours("person-result", valueBoolean=True),
        answerOption=[
            option("low", ours("tone", valueCode="alert"), words("person-text", "À revoir")),
            option("normal", ours("tone", valueCode="good")),
        ],
    )
    urgent = item("test.danger", "display", extension=[ours("urgent", valueBoolean=True)])
    stopwatch = item(
        "test.rise",
        "decimal",
        extension=[unit("s"), decimals(1), *limits(0, 300), ours("control", valueCode="stopwatch")],
    )
    slider = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "slider"}]}
    scale = item(
        "test.scale",
        "integer",
        extension=[
            *limits(0, 10),
            {"url": FHIR + "questionnaire-itemControl", "valueCodeableConcept": slider},
        ],
    )
    scale["initial"] = [{"valueInteger": 5}]
    for limit in scale["extension"][:2]:
        limit["valueInteger"] = int(limit.pop("valueDecimal"))
    children = [
        item("test.sex", "choice", answerOption=[option("F"), option("M"), option("I")]),
        item("test.birth_date", "date"),
        item("test.height", "quantity", extension=[unit("cm"), *limits(50, 250)]),
        _litres("test.fev1"),
        item("test.acceptable", "boolean", extension=[words("person-text", "Bien soufflé ?")]),
        item("test.usable", "boolean"),
        _calculated(
            "test.set",
            "choice",
            ours("setting", valueBoolean=True),
            required=True,
            answerOption=[option("gli-2022", initialSelected=True), option("gli-2012")],
        ),
        _calculated(
            "test.threshold",
            "decimal",
            *limits(0, 5),
            ours("setting", valueBoolean=True),
            required=True,
            initial=[{"valueDecimal": 2.5}],
        ),
        _calculated("test.z", "decimal", decimals(2), function("gli", *GLI), rule()),
        _calculated(
            "test.grade",
            "choice",
            function("spirometry-grade", ("birth-date", "link", "test.birth_date"), *BLOW),
            rule(),
            answerOption=grades,
        ),
        _calculated("test.best", "quantity", unit("L"), function("spirometry-best", *BLOW), rule()),
        _calculated("test.count", "integer", function("spirometry-count", BLOW[1]), rule()),
        _calculated(
            "test.age", "integer", function("age-years", ("birth-date", "link", "test.birth_date")), rule()
        ),
        _calculated("test.due", "date", fhirpath("calculatedExpression", "%visitDate + 6 months")),
        _calculated("test.adult", "boolean", fhirpath("calculatedExpression", f"{link('test.age')} >= 18")),
        state,
        review,
        urgent,
        stopwatch,
        scale,
        _calculated(
            "test.waited",
            "integer",
            ours(
                "elapsed",
                extension=[
                    {"url": "since", "valueString": "test.fev1"},
                    {"url": "until", "valueString": "test.rise"},
                ],
            ),
        ),
        _calculated(
            "test.before",
            "choice",
            fhirpath("initialExpression", "%person.facts('test.state').value"),
            answerOption=[option("low"), option("normal")],
        ),
        _calculated(
            "test.before_day", "date", fhirpath("initialExpression", "%person.facts('test.state').day")
        ),
        item("test.theme", "string", extension=[fhirpath("initialExpression", "%stop.theme")]),
        item(
            "test.side",
            "choice",
            answerOption=[option("left"), option("right")],
            extension=[
                ours("control", valueCode="body-side"),
                ours("item-class", valueCode="administrative"),
                ours("kept-for-the-day", valueBoolean=True),
                ours("kept-with", valueString="test.sex"),
            ],
        ),
        item("test.curves", "text", extension=[ours("control", valueCode="spirometer-file")]),
        item(
            "test.later",
            "group",
            item=[item("test.recall", "integer")],
            extension=[
                ours(
                    "delay",
                    extension=[
                        {"url": "since", "valueString": "test.fev1"},
                        {"url": "seconds", "valueInteger": 180},
                    ],
                )
            ],
        ),
    ]
    section = item("test", "group", item=children)
    section["extension"] = [ours("item-class", valueCode="clinical")]
    form["item"] = [section]
    form["extension"].append(ours("use", valueCode="record"))
    return form


def question(form: dict[str, Any], link_id: str) -> dict[str, Any]:
    """The item of the only section with this linkId."""
    found: dict[str, Any] = next(each for each in form["item"][0]["item"] if each["linkId"] == link_id)
    return found


def extension(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """The extension whose URL ends in this name."""
    found: dict[str, Any] = next(
        each for each in holder["extension"] if each["url"].endswith(("/" + name, "-" + name))
    )
    return found
