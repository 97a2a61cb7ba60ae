"""A published form, parsed: frozen values, so that one object serves every thread and every record.

Built by `forms.load`; the meaning of each field is in docs/forms.md.
"""

from decimal import Decimal
from typing import Literal

import msgspec

from forms.expression import Expression
from forms.photo import Photo

ItemType = Literal[
    "group",
    "display",
    "string",
    "text",
    "integer",
    "decimal",
    "quantity",
    "date",
    "boolean",
    "choice",
    "attachment",
]
ItemClass = Literal["administrative", "identity", "clinical", "sensitive"]
Severity = Literal["error", "warning"]
Operator = Literal["exists", "=", "!="]
FormUse = Literal["record", "act", "anonymous"]
Tone = Literal["good", "watch", "alert", "unknown"]
Instrument = Literal["stopwatch", "body-side", "spirometer-file"]
PrefillSource = Literal["roster", "stop", "person"]
Value = str | bool | int | Decimal | Photo
"""One flat value: text, ISO date, code, boolean, whole or decimal number in the item's unit, photo."""

NUMBER_TYPES = frozenset({"integer", "decimal", "quantity"})
TEXT_TYPES = frozenset({"string", "text"})


class Translated(msgspec.Struct, frozen=True):
    """A text in both languages."""

    french: str
    english: str


class Unit(msgspec.Struct, frozen=True):
    """The unit in which an item's number is kept: UCUM `code`, and how people write it."""

    system: str
    code: str
    display: str


class Coding(msgspec.Struct, frozen=True):
    """A code of what an item measures (LOINC), for export."""

    system: str
    code: str
    display: str


class Option(msgspec.Struct, frozen=True):
    """One allowed answer of a choice.

    `exclusive` tolerates no other beside it; `initial` is what a capture starts from. `person_text`: the
    same in plain words; `tone`: how a result is drawn on the person's page. `sets_aside`: the linkId of the
    result that the professional sets aside by choosing it.
    """

    system: str
    code: str
    display: str
    display_en: str
    exclusive: bool = False
    initial: bool = False
    person_text: Translated | None = None
    tone: Tone | None = None
    sets_aside: str = ""


class Condition(msgspec.Struct, frozen=True):
    """One `enableWhen`: compares the values of an earlier question.

    `value` is a boolean, or a code of `system`.
    """

    question: str
    operator: Operator
    value: Value
    system: str = ""


class EntryUnit(msgspec.Struct, frozen=True):
    """A unit people type: a number within the inclusive range is proposed as number × factor."""

    label: str
    factor: Decimal
    suggest_minimum: Decimal
    suggest_maximum: Decimal


class Constraint(msgspec.Struct, frozen=True):
    """A rule over several answers, broken only when its expression evaluates to `false`."""

    key: str
    severity: Severity
    expression: Expression
    human: str
    human_en: str


class Prefill(msgspec.Struct, frozen=True):
    """What a capture starts from: a `field` of the roster, the stop's theme, or a person's last answer.

    Of a person, `field` is the linkId of that answer, and `part` tells its value from the day it was given.
    """

    source: PrefillSource
    field: str = ""
    part: Literal["value", "day"] = "value"


class Argument(msgspec.Struct, frozen=True):
    """One argument of a named function: the answer to `link`, or a fixed `code`; the other is empty."""

    name: str
    link: str = ""
    code: str = ""


class NamedFunction(msgspec.Struct, frozen=True):
    """A calculation that FHIRPath cannot say (docs/forms.md, "Named functions")."""

    name: str
    arguments: tuple[Argument, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The linkIds of the answers it takes, in the order they are given."""
        return tuple(argument.link for argument in self.arguments if argument.link)

    def links(self, name: str) -> tuple[str, ...]:
        """The linkIds given as the argument of this name, in order; empty when it is absent, or a code."""
        return tuple(each.link for each in self.arguments if each.name == name and each.link)

    def code(self, name: str) -> str:
        """The code given as the argument of this name; empty when it is absent, or a link."""
        return next((each.code for each in self.arguments if each.name == name), "")


class ResultRule(msgspec.Struct, frozen=True):
    """The rule of a calculated result in words, and where it comes from."""

    text: str
    text_en: str
    source: str


class Delay(msgspec.Struct, frozen=True):
    """A group is not opened until `seconds` after `since` was first answered."""

    since: str
    seconds: int


class Elapsed(msgspec.Struct, frozen=True):
    """Seconds between the first answers of two items, as the tablet measured them."""

    since: str
    until: str


class Item(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One item of the Questionnaire, with what its extensions say.

    `path`: the linkIds of the groups around it, outermost first. `options`: by code. `carried`: its last
    answer is shown to be confirmed at the next visit. `restricts`: answered yes, the record is restricted.
    `enabled_when`: an expression, enabled when it yields exactly `true`. `start`: what `initial` says.
    `short`: the heading of its column in a group whose `control` is `grid`.
    `remembered`: its last answer is kept for comparison. `kept_for_the_day`: its last answer starts the next
    record of the same member, stop and day; `kept_with`: the linkId of the choice whose answer it belongs to.
    `instrument`: what `escale:control` says. `person_line`: its
    answer is a line of the person's page, under these words. `compared_with`: the linkId of the same result
    the last time.
    """

    link_id: str
    type: ItemType
    text: str
    text_en: str
    item_class: ItemClass
    path: tuple[str, ...] = ()
    required: bool = False
    repeats: bool = False
    read_only: bool = False
    hidden: bool = False
    absence: bool = True
    carried: bool = False
    kept_for_the_day: bool = False
    kept_with: str | None = None
    restricts: bool = False
    max_occurs: int | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None
    soft_minimum: Decimal | None = None
    soft_maximum: Decimal | None = None
    limit_source: str | None = None
    unit: Unit | None = None
    entry_units: tuple[EntryUnit, ...] = ()
    entry_pair: str | None = None
    control: str | None = None
    short: Translated | None = None
    text_rule: str | None = None
    date_rule: str | None = None
    year_rule: str | None = None
    lookup: str | None = None
    calculation: str | None = None
    calculated: Expression | None = None
    function: NamedFunction | None = None
    rule: ResultRule | None = None
    reviewed_by: str | None = None
    enabled_when: Expression | None = None
    prefill: Prefill | None = None
    start: Value | None = None
    setting: bool = False
    remembered: bool = False
    instrument: Instrument | None = None
    delay: Delay | None = None
    elapsed: Elapsed | None = None
    urgent: bool = False
    person_text: Translated | None = None
    person_result: bool = False
    person_line: Translated | None = None
    compared_with: str | None = None
    options: dict[str, Option] = {}
    codes: tuple[Coding, ...] = ()
    conditions: tuple[Condition, ...] = ()
    condition_behavior: Literal["any", "all"] = "any"
    constraints: tuple[Constraint, ...] = ()
    items: tuple["Item", ...] = ()

    @property
    def is_leaf(self) -> bool:
        """Whether it can be answered: neither a group nor mere text."""
        return self.type not in ("group", "display")

    @property
    def is_calculated(self) -> bool:
        """Whether its value comes from other answers."""
        return any(way is not None for way in (self.calculated, self.calculation, self.function))

    @property
    def reads(self) -> tuple[str, ...]:
        """The linkIds that its calculation reads; of a distance, none are named."""
        if self.function is not None:
            return self.function.reads
        return self.calculated.reads if self.calculated is not None else ()


class Form(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One published version: `text` is the file as published, `digest` the SHA-256 of its bytes (wire §2).

    `use`: what an answer to it is. `items` are the sections; `index` holds every item by linkId, in
    document order; `commune` is the linkId of the commune of residence, from which a distance starts. Two
    forms are equal only when they are the same object: a version is loaded once.
    """

    url: str
    version: str
    title: str
    title_en: str
    digest: str
    text: str
    retention: str
    use: FormUse = "record"
    items: tuple[Item, ...]
    index: dict[str, Item]
    commune: str | None = None

    @property
    def canonical(self) -> str:
        """`url|version`, as a QuestionnaireResponse names it."""
        return f"{self.url}|{self.version}"
