"""The clinical pages of ICOPE, the stand and satisfaction say what the forms do, and what to validate."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from forms.definition import Constraint, Form, Item
from forms.derive import derive
from forms.load import published
from forms.response import Answer

PAGES = {"icope": "icope-step1", "prevention": "prevention-stand", "satisfaction": "satisfaction-patient"}
FOLDER = Path(__file__).parents[2] / "docs" / "clinical"
TO_VALIDATE = "⚠️ **à valider**"
UNSOURCED = ("general knowledge", "connaissance générale", "à valider", "proposition")


class Page(NamedTuple):
    """A clinical page and the latest version of the form it is about."""

    name: str
    text: str
    form: Form

    def line(self, start: str) -> str:
        """The only line of a table that starts so."""
        lines = [line for line in self.text.splitlines() if line.startswith(start)]
        assert len(lines) == 1, (self.name, start, lines)
        return lines[0]


def _page(name: str, form_name: str) -> Page:
    versions = [form for (url, _), form in published().items() if url.endswith(f"/{form_name}")]
    return Page(name, (FOLDER / f"{name}.md").read_text(encoding="utf-8"), versions[-1])


ALL = [_page(*each) for each in PAGES.items()]


def _items(page: Page) -> Iterator[tuple[Page, Item]]:
    return ((page, item) for item in page.form.index.values())


def _named(pairs: Iterator[tuple[Page, Item]]) -> list[object]:
    return [pytest.param(page, item, id=f"{page.name} {item.link_id}") for page, item in pairs]


EVERY = [pair for page in ALL for pair in _items(page)]
LIMITED = _named(
    (p, i) for p, i in EVERY if not i.setting and (i.minimum is not None or i.maximum is not None)
)
SETTINGS = _named((p, i) for p, i in EVERY if i.setting)
RULED = _named((p, i) for p, i in EVERY if i.rule is not None)
SAID = _named((p, i) for p, i in EVERY if i.person_text is not None and not i.is_calculated)
CONSTRAINTS = [
    pytest.param(page, item, constraint, id=f"{page.name} {constraint.key}")
    for page, item in EVERY
    for constraint in item.constraints
]


def _written(limit: Decimal | None) -> str:
    return "—" if limit is None else f"{limit.normalize():f}".replace(".", ",")


def _unsourced(source: str) -> bool:
    return any(words in source for words in UNSOURCED)


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_a_page_names_its_form_and_raises_the_question_of_the_medical_device(page: Page) -> None:
    assert f"`{page.form.canonical}`" in page.text
    assert "## La question du dispositif médical" in page.text
    assert "À valider par le responsable médical avant tout usage réel" in page.text


@pytest.mark.parametrize(("page", "item"), LIMITED)
def test_a_page_states_each_limit_and_whether_it_is_sourced(page: Page, item: Item) -> None:
    line = page.line(f"| `{item.link_id}` | {item.text} | {item.unit.display if item.unit else '—'} |")

    assert f"| {_written(item.minimum)} – {_written(item.maximum)} |" in line
    assert f"| {_written(item.soft_minimum)} – {_written(item.soft_maximum)} |" in line
    assert (TO_VALIDATE in line) is _unsourced(item.limit_source or "")


@pytest.mark.parametrize(("page", "item"), SETTINGS)
def test_a_page_states_each_setting_as_to_be_validated(page: Page, item: Item) -> None:
    start = {True: "oui", False: "non"}.get(item.start) if isinstance(item.start, bool) else None
    if item.type == "choice":
        start = next(option.display for option in item.options.values() if option.initial)
        allowed = ", ".join(option.display for option in item.options.values())
    elif item.type == "boolean":
        allowed = "oui, non"
    else:
        start = _written(Decimal(str(item.start)))
        allowed = f"{_written(item.minimum)} – {_written(item.maximum)}"

    line = page.line(f"| `{item.link_id}` | {item.text} | {start} | {allowed} |")

    assert TO_VALIDATE in line


@pytest.mark.parametrize(("page", "item"), RULED)
def test_a_page_states_each_rule_in_the_forms_words_with_its_source(page: Page, item: Item) -> None:
    assert item.rule is not None
    line = page.line(f"| `{item.link_id}` | {item.text} | {item.rule.text} | {item.rule.source} |")

    if _unsourced(item.rule.source):
        assert TO_VALIDATE in line


@pytest.mark.parametrize(("page", "item", "constraint"), CONSTRAINTS)
def test_a_page_states_each_check_and_its_effect(page: Page, item: Item, constraint: Constraint) -> None:
    effect = "refus" if constraint.severity == "error" else "confirmation"
    line = page.line(f"| `{constraint.key}` | `{item.link_id}` | {constraint.human} | {effect} |")

    if _unsourced(line.split("|")[5]):
        assert TO_VALIDATE in line


@pytest.mark.parametrize(("page", "item"), SAID)
def test_a_page_states_what_is_said_to_the_person(page: Page, item: Item) -> None:
    assert item.person_text is not None
    page.line(f"| `{item.link_id}` | {item.person_text.french} |")


def test_what_is_sensitive_stays_out_of_the_persons_summary() -> None:
    sensitive = {(page.name, item.link_id) for page, item in EVERY if item.item_class == "sensitive"}

    assert {("icope", "mood.suicidal"), ("prevention", "women.oestrogen")} <= sensitive
    assert not [item.link_id for _, item in EVERY if item.item_class == "sensitive" and item.remembered]


def test_patients_satisfaction_asks_nothing_that_says_who_answers() -> None:
    form = _page("satisfaction", PAGES["satisfaction"]).form

    assert form.use == "anonymous"
    assert {item.item_class for item in form.index.values()} <= {"administrative", "clinical"}
    assert "aucun nom" in form.index["satisfaction.comment_notice"].text


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"identity.part": "station"}, {"stand.birth_year"}),
        ({"identity.part": "complete", "identity.mode": "anonymous"}, {"identity.sex", "identity.age_band"}),
    ],
)
def test_a_station_and_an_anonymous_tally_ask_for_nothing_more_of_the_person(
    said: dict[str, str], asked: set[str]
) -> None:
    form = _page("prevention", PAGES["prevention"]).form
    answers = {link: Answer(values=(code,)) for link, code in said.items()}

    enabled = derive(form, answers, visit_date=date(2026, 11, 26), stop=None).enabled

    leaves = {link for link, item in form.index.items() if item.is_leaf and item.item_class == "identity"}
    assert enabled & leaves == asked


def test_the_word_lists_are_three_lists_of_three_words_without_a_common_one() -> None:
    form = _page("icope", PAGES["icope"]).form
    lists = [option.display.partition("\u00a0: ")[2] for option in form.index["words.list"].options.values()]
    words = [word for each in lists for word in each.split(", ")]

    assert len(lists) == 3
    assert len(set(words)) == 9


def test_the_recall_waits_three_minutes_after_the_learning() -> None:
    form = _page("icope", PAGES["icope"]).form
    recall, seconds = form.index["recall"], form.index["recall.seconds"]

    assert recall.delay is not None
    assert (recall.delay.since, recall.delay.seconds) == ("words.learned", 180)
    assert seconds.elapsed is not None
    assert (seconds.elapsed.since, seconds.elapsed.until) == ("words.learned", "recall.recalled")
    assert recall.path == ()
    order = list(form.index)
    assert order.index("words") < order.index("locomotion") < order.index("mood") < order.index("recall")


def test_suicidal_words_show_both_numbers_at_once() -> None:
    form = _page("icope", PAGES["icope"]).form
    shown = form.index["mood.urgent"]

    assert shown.urgent
    assert "3114" in shown.text
    assert "15" in shown.text
    assert [(c.question, c.value) for c in shown.conditions] == [("mood.suicidal", True)]


SECTIONS = [
    pytest.param(section, id=f"{page.name} {section.link_id}") for page in ALL for section in page.form.items
]


@pytest.mark.parametrize("section", SECTIONS)
def test_no_section_writes_an_option_again_beside_its_question(section: Item) -> None:
    """The three words of ICOPE's list stood twice on a telephone: as a choice, and as a line of their own."""

    def folded(text: str) -> str:
        return " ".join(text.split())

    children = list(section.items)
    options = {folded(option.display) for item in children for option in item.options.values()}
    lines = {folded(item.text) for item in children if item.type == "display"}
    assert lines & options == set()
