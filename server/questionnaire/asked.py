"""Some questions of a published form, as a page asks them and as the form's own rules check the answers.

Used for the remote doctor's outcome and for satisfaction. No script is needed: what an answer opens appears
when the page comes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from forms.build import answers_from_flat, resource
from forms.definition import Form, Item
from forms.derive import derive
from forms.finding import Finding, finding
from forms.response import Answer, Response, read
from forms.validate import validate
from server.questionnaire.typed import Typed, read_item

SHOWN_FIELD = "shown"


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered, by the form's rules.

    ``answers``: of enabled questions only. ``findings``: by linkId, errors and unconfirmed warnings.
    ``opened``: questions that the answers open and that the page did not show.
    """

    answers: Mapping[str, Answer]
    findings: Mapping[str, Sequence[Finding]]
    enabled: frozenset[str]
    opened: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether it may be kept as it is."""
        return not self.findings and not self.opened


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which questions of a form are asked. ``context``: answers already there, which open some of them.

    ``prefix`` comes before the names of the fields. ``day``: that of the visit, or of the answer. ``ahead``:
    what an answer of the page may open is shown from the start, to be left empty where it does not apply.
    """

    form: Form
    link_ids: Sequence[str]
    day: date
    prefix: str = ""
    context: Mapping[str, Answer] = field(default_factory=dict)
    ahead: bool = False

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The questions, and the texts between them, that a person can meet; in the form's order."""
        wanted = frozenset(self.link_ids)
        return tuple(
            item
            for link_id, item in self.form.index.items()
            if link_id in wanted
            and item.type not in ("group", "attachment")
            and not (item.hidden or item.read_only or item.is_calculated)
        )

    def enabled(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        """Return what applies once these answers join the context."""
        return derive(self.form, self._together(answers), visit_date=self.day, stop=None).enabled

    def possible(self, enabled: frozenset[str]) -> frozenset[str]:
        """Return the disabled questions that answers of this very page would open; none unless ``ahead``."""
        if not self.ahead:
            return frozenset()
        asked = {item.link_id for item in self.items if item.is_leaf}
        return frozenset(
            item.link_id
            for item in self.items
            if item.link_id not in enabled
            and item.conditions
            and (not item.path or item.path[-1] in enabled)
            and all(condition.question in asked for condition in item.conditions)
        )

    def nothing(self) -> Given:
        """Return what a page that nobody filled in yet shows."""
        return Given({}, {}, self.enabled({}))

    def given(self, typed: Typed) -> Given:
        """Read and check what was typed."""
        answers: dict[str, Answer] = {}
        flaws: list[Finding] = []
        for item in self.items:
            answer, code = read_item(item, self.prefix, typed)
            if answer is not None and item.is_leaf:
                answers[item.link_id] = answer
            if code is not None:
                flaws.append(finding(item.link_id, code))
        return self._checked(answers, flaws, _shown(typed))

    def answered(self, flat: Mapping[str, Mapping[str, object]]) -> Given:
        """Check flat answers that did not come from a page; what the form does not ask is a finding.

        Raises ``ValueError`` when one has neither values nor a known absence.
        """
        # By way of FHIR, as a record's: a value of another type is then seen.
        response = read(self.form, resource(self.form, answers_from_flat(flat)))
        # What the form calculates or sets by itself is nobody's question, and comes with the answers.
        enabled = self.enabled(response.answers)
        strays = [finding(name, "not-enabled") for name in response.answers if name not in enabled]
        return self._checked(dict(response.answers), [*response.findings, *strays], None)

    def _checked(
        self, answers: dict[str, Answer], flaws: Sequence[Finding], shown: frozenset[str] | None
    ) -> Given:
        enabled = self.enabled(answers)
        possible = self.possible(enabled)
        kept = {link_id: answer for link_id, answer in answers.items() if link_id in enabled}
        applying = [flaw for flaw in flaws if flaw.link_id in enabled or shown is None]
        if shown is not None:
            # What stands on the page and does not apply is said, never dropped.
            applying += [finding(name, "not-enabled") for name in answers if name in possible]
        response = Response(self._together(kept), tuple(applying))
        asked = {item.link_id for item in self.items}
        found: dict[str, list[Finding]] = {}
        for each in validate(self.form, response, visit_date=self.day, stop=None, today=self.day):
            if each.link_id in asked or (shown is None and each in applying):
                found.setdefault(each.link_id, []).append(each)
        opened = tuple(
            item.link_id
            for item in self.items
            if shown is not None and item.is_leaf and item.link_id in enabled - shown
        )
        sound = {link_id: answer for link_id, answer in kept.items() if answer.values or answer.absent}
        return Given(sound, found, enabled, opened)

    def _together(self, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        own = {item.link_id for item in self.items}
        return {**{name: each for name, each in self.context.items() if name not in own}, **answers}


def of_sections(form: Form, sections: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the linkIds of some sections of a form, of all when none is named."""
    wanted = None if sections is None else frozenset(sections)
    return tuple(
        link_id
        for link_id, item in form.index.items()
        if item.path and (wanted is None or item.path[0] in wanted)
    )


def _shown(typed: Typed) -> frozenset[str]:
    return frozenset(name for text in typed.get(SHOWN_FIELD, ()) for name in text.split())
