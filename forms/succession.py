"""What a later version of a published form may not do to what the earlier ones recorded (docs/forms.md).

Records of all versions are read together and shown to the same people: a linkId keeps its meaning for ever,
and what was kept from somebody stays kept from them.
"""

from collections.abc import Iterator, Mapping

from forms.content import questionnaire
from forms.definition import Form, Item, ItemClass, Option
from forms.errors import WHOLE_FILE, Defect
from forms.location import located
from forms.reason import Reason, because

RISES: Mapping[ItemClass, frozenset[ItemClass]] = {
    "administrative": frozenset({"administrative", "identity", "clinical", "sensitive"}),
    "identity": frozenset({"identity", "sensitive"}),
    "clinical": frozenset({"clinical", "sensitive"}),
    "sensitive": frozenset({"sensitive"}),
}
"""The classes that an item may have after each: read by the same people or by fewer, and never by others."""


def broken(earlier: Form, later: Form) -> list[Defect]:
    """What `later` may not do after `earlier`, another version of the form; places are those of `later`."""
    found = [*_of_form(earlier, later)]
    for link_id, before in earlier.index.items():
        after = later.index.get(link_id)
        if after is None:
            found += [Defect(link_id, reason) for reason in _removed(before)]
        elif before.is_leaf or after.is_leaf:
            found += [
                Defect(link_id, reason) for reason in (*_meaning(before, after), *_secrecy(before, after))
            ]
    return located(questionnaire(later.text.encode(), later.canonical), found)


def _of_form(earlier: Form, later: Form) -> Iterator[Defect]:
    if later.retention != earlier.retention:
        yield Defect(
            WHOLE_FILE,
            because("retention was {before}, not {after}", before=earlier.retention, after=later.retention),
        )
    if later.use != earlier.use:
        yield Defect(
            WHOLE_FILE, because("use was {before}, not {after}", before=earlier.use, after=later.use)
        )


def _removed(before: Item) -> Iterator[Reason]:
    if before.restricts:
        yield because("the question by which a record is restricted is missing")


def _meaning(before: Item, after: Item) -> Iterator[Reason]:
    if after.type != before.type:
        yield because("type was {before}, not {after}", before=before.type, after=after.type)
        return
    units = [item.unit.code if item.unit is not None else "-" for item in (before, after)]
    if units[0] != units[1]:
        yield because("unit was {before}, not {after}", before=units[0], after=units[1])
    if after.repeats != before.repeats:
        yield because("took several answers") if before.repeats else because("took one answer")
    if after.is_calculated != before.is_calculated:
        yield because("was calculated") if before.is_calculated else because("was answered, not calculated")
    if after.lookup != before.lookup:
        yield because(
            "lookup was {before}, not {after}", before=before.lookup or "-", after=after.lookup or "-"
        )
    kept = {(code.system, code.code) for code in after.codes}
    for code in before.codes:
        if (code.system, code.code) not in kept:
            yield because("measured {code} ({system})", code=code.code, system=code.system)
    yield from _options(before.options, after.options)


def _options(before: Mapping[str, Option], after: Mapping[str, Option]) -> Iterator[Reason]:
    for code, option in before.items():
        kept = after.get(code)
        if kept is None:
            yield because("option {code} is missing", code=code)
        elif kept.system != option.system:
            yield because(
                "option {code} was of {before}, not {after}",
                code=code,
                before=option.system,
                after=kept.system,
            )


def _secrecy(before: Item, after: Item) -> Iterator[Reason]:
    if after.item_class not in RISES[before.item_class]:
        yield because("class was {before}, not {after}", before=before.item_class, after=after.item_class)
    if before.restricts and not after.restricts:
        yield because("answered yes, it restricted the record")
