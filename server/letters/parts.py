"""The parts of a letter: what was answered, as lines, paragraphs and tables; what was not, by its reason."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

import msgspec

from forms import tables
from forms.definition import Form, Item
from forms.derive import derive
from forms.errors import ExpressionFailed
from forms.present import ABSENCES, BOOLEANS, Row
from server.letters.nir import without_nir
from server.letters.rules import LetterRule, PartRule, rule_of
from server.letters.visit import Said, VisitSaid

_UNANSWERED = "Non renseigné"
_UNCALCULATED = "Non calculé"
_NOTHING_ASKED = "–"
_YES, _NO = (french for french, _ in BOOLEANS.values())
_TOLD = frozenset({"string", "text", "integer", "decimal", "quantity", "date", "boolean", "choice"})
"""Types of items that a letter tells in words; an attachment stays in the record."""


class Table(msgspec.Struct, frozen=True):
    """A table of the form: ``headings`` of its columns but the first; each line begins with its title."""

    caption: str
    note: str
    headings: list[str]
    lines: list[list[str]]


class Part(msgspec.Struct, frozen=True):
    """A titled part, in the order in which it is set.

    ``headlines``: results with their values, and whether the professional stands by them. ``lines`` and
    ``paragraph``: questions with their values. ``groups``: labels by what they
    share: yes, no, then the reasons why there is no answer. ``settings``: the thresholds and references in
    force when it was recorded, with their values.
    """

    title: str
    headlines: list[tuple[str, str, str]] = []
    tables: list[Table] = []
    lines: list[tuple[str, list[str]]] = []
    paragraph: list[tuple[str, str]] = []
    groups: list[tuple[str, list[str]]] = []
    settings: list[tuple[str, str]] = []

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing under the title."""
        return not any(msgspec.structs.astuple(self)[1:])


def parts_of(said: VisitSaid, day: date) -> list[Part]:
    """Return what a visit's records say, part by part; ``day``: that of the visit.

    What two forms of a visit both ask is told once, where it comes first; a part with nothing to tell is not.
    """
    told: set[str] = set()
    found = []
    for form in said.forms:
        applying = _applying(form, said, day)
        for rule in rule_of(form).parts:
            mine = [
                link_id
                for link_id in rule.ordered(form.index)
                if link_id not in told and _is_told(form.index[link_id])
            ]
            told.update(mine)
            found.append(_PartMaker(form, rule_of(form), rule, said).made(mine, applying))
    return [part for part in found if not part.is_empty]


def _is_told(item: Item) -> bool:
    return item.is_leaf and (item.setting or not item.hidden) and item.type in _TOLD


def _applying(form: Form, said: VisitSaid, day: date) -> AbstractSet[str]:
    """Return the questions that apply: one that does not was not left unanswered."""
    try:
        return derive(form, said.answers, visit_date=day, stop=None, as_recorded=True).enabled
    except ExpressionFailed:
        return form.index.keys()


class _PartMaker:
    """One part of one form's records."""

    def __init__(self, form: Form, letter: LetterRule, rule: PartRule, said: VisitSaid) -> None:
        self.form, self.letter, self.rule, self.said = form, letter, rule, said

    def made(self, link_ids: Sequence[str], applying: AbstractSet[str]) -> Part:
        part = Part(self.rule.title)
        groups: dict[str, list[str]] = {}
        in_tables: set[str] = set()
        for link_id in link_ids:
            found = self.said.said.get(link_id)
            expected = link_id in self.rule.expected and link_id in applying
            if found is None:
                if expected:
                    lead = _UNCALCULATED if self.form.index[link_id].is_calculated else _UNANSWERED
                    groups.setdefault(lead, []).append(self._label(link_id, None))
            elif found.row.cell is not None:
                in_tables.add(link_id)
            elif found.row.absence is not None:
                groups.setdefault(found.row.absence, []).append(self._label(link_id, found))
            elif found.row.values:
                self._tell(found, part, groups)
        rows = [self.said.said[link_id].row for link_id in self.form.index if link_id in in_tables]
        part.tables.extend(self._table(block.table) for block in tables.blocks(rows) if block.table)
        part.groups.extend(_in_order(groups))
        return part

    def _tell(self, found: Said, part: Part, groups: dict[str, list[str]]) -> None:
        link_id = found.row.link_id
        label, values = self._label(link_id, found), self._all_values(found)
        if self.form.index[link_id].setting:
            part.settings.append((label, ", ".join(values)))
        elif link_id in self.rule.headlines:
            part.headlines.append((label, *self._headline(found)))
        elif self.rule.style == "lines":
            part.lines.append((label, values))
        elif values in ([_YES], [_NO]):
            groups.setdefault(values[0], []).append(label)
        else:
            part.paragraph.append((label, ", ".join(values)))

    def _label(self, link_id: str, found: Said | None) -> str:
        if link_id in self.letter.labels:
            return self.letter.labels[link_id]
        if found is None:
            return self.form.index[link_id].text
        inside = found.row.group and self.rule.style == "lines"
        return f"{found.row.group} – {found.row.label}" if inside else found.row.label

    def _values(self, found: Said) -> list[str]:
        """Return the values as they are told, with what another record said."""
        values = list(found.row.values)
        if found.row.link_id in self.letter.coded:
            codes = self.said.answers[found.row.link_id].values
            values = [f"{code} – {value}" for code, value in zip(codes, values, strict=True)]
        if found.others:
            values.append(f"(autre valeur relevée au même passage\u00a0: {', '.join(found.others)})")
        return [without_nir(value) for value in values]

    def _all_values(self, found: Said) -> list[str]:
        """Return the values, and that the professional set the result aside."""
        values = self._values(found)
        if found.row.review == "set_aside":
            reason = _reason(found.row)
            why = f"\u00a0: {reason}" if reason else ""
            values[-1] += f" (écarté par le professionnel{why})"
        return values

    def _headline(self, found: Said) -> tuple[str, str]:
        """Return a result and whether it stands; of one that was set aside, this first: it is no finding."""
        value = ", ".join(self._values(found))
        if found.row.review == "set_aside":
            reason = _reason(found.row)
            return "Écarté par le professionnel", f"calculé\u00a0: {value}" + (
                f"\u202f; raison\u00a0: {reason}" if reason else ""
            )
        if self.form.index[found.row.link_id].reviewed_by is None:
            return value, ""
        return value, "validé par le professionnel" if found.row.review else "non validé par le professionnel"

    def _table(self, found: tables.Table) -> Table:
        lines = [[line.title, *(self._cell(row) for row in line.cells)] for line in found.lines]
        return Table(found.caption, self.rule.table_note, list(found.headings), lines)

    def _cell(self, row: Row | None) -> str:
        if row is None:
            return _NOTHING_ASKED
        return row.absence or " ".join(self._values(self.said.said[row.link_id]))


def _reason(row: Row) -> str:
    return without_nir(row.set_aside_because)


def _in_order(groups: Mapping[str, Sequence[str]]) -> list[tuple[str, list[str]]]:
    order = [_YES, _NO, *(french for french, _ in ABSENCES.values()), _UNANSWERED, _UNCALCULATED]
    return [(lead, list(groups[lead])) for lead in order if lead in groups]
