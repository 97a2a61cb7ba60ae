"""Which answers ask for something to be done after the visit, and what may come of it: data, in one place.

``data/tasks.json``. A rule is never removed once records may rest on it: a task names its item and its code.
"""

from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

from forms.definition import ItemClass


class TaskKind(StrEnum):
    """What a task is about, in the order in which they are listed: what is urgent first."""

    URGENT_ORIENTATION = "urgent_orientation"
    SUICIDAL_WORDS = "suicidal_words"
    FOLLOW_UP = "follow_up"
    ORIENTATION = "orientation"
    DOCUMENT = "document"
    ATTENDING_GP_SEARCH = "attending_gp_search"
    UNDECLARED_GP = "undeclared_gp"
    BPCO_CONFIRMATION = "bpco_confirmation"
    ICOPE_STEP2 = "icope_step2"
    ICOPE_NEXT = "icope_next"
    ICOPE_MONITOR = "icope_monitor"
    GP_INFORMATION = "gp_information"


class KindRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind: who may see such tasks (as of an item), days until it is due, which outcomes end it.

    ``urgent``: it waits in the queue from the moment it is known, and stands before the others. ``done_on``:
    whether the day on which it was done is noted; ``done_by``: the item whose options say by whom.
    """

    item_class: ItemClass
    days: int
    outcomes: dict[str, bool]
    urgent: bool = False
    done_on: bool = False
    done_by: str = ""

    @property
    def is_clinical(self) -> bool:
        """Whether such a task tells a clinical answer."""
        return self.item_class != "administrative"


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another item that must have this code among its values."""

    link_id: str
    code: str


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Each of ``codes`` answered to ``link_id`` is a task.

    ``due``: an item whose date is the day it is due. ``every_record``: what any record of the visit says
    counts, not only the latest (an item with several answers, filled by two hands). ``any_value``: whatever
    is answered is a task, under the only code of the rule. ``unless``: an item whose having a value (one
    of ``unless_codes``, when there are some) makes it another case.
    """

    kind: TaskKind
    link_id: str
    codes: tuple[str, ...]
    when: Condition | None = None
    unless: str | None = None
    unless_codes: tuple[str, ...] = ()
    any_value: bool = False
    due: str | None = None
    every_record: bool = False


class TaskRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    kinds: dict[TaskKind, KindRules]
    rules: tuple[Rule, ...]

    @property
    def link_ids(self) -> frozenset[str]:
        """Every item that a rule reads."""
        named = {rule.link_id for rule in self.rules}
        named |= {rule.when.link_id for rule in self.rules if rule.when}
        named |= {rule.unless for rule in self.rules if rule.unless}
        return frozenset(named | {rule.due for rule in self.rules if rule.due})

    @property
    def ending(self) -> dict[TaskKind, frozenset[str]]:
        """The outcomes that end a task, by kind."""
        return {
            kind: frozenset(code for code, ends in rules.outcomes.items() if ends)
            for kind, rules in self.kinds.items()
        }

    @property
    def urgent(self) -> frozenset[TaskKind]:
        """The kinds that cannot wait until they are late."""
        return frozenset(kind for kind, rules in self.kinds.items() if rules.urgent)

    def rule_of(self, link_id: str, code: str) -> Rule | None:
        """Return the rule under which this answer is a task, if there is one."""
        return next((rule for rule in self.rules if rule.link_id == link_id and code in rule.codes), None)


@cache
def task_rules() -> TaskRules:
    """Read the rules, once. Raises msgspec's errors for a file that is not of this shape."""
    content = resources.files("forms").joinpath("data", "tasks.json").read_bytes()
    return msgspec.json.decode(content, type=TaskRules)
