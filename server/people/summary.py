"""A person as their team is told of them (wire §4.2): one summary, and one line of the directory.

An absence does not erase what was known: a later « inconnu » or « refusé » is told beside the last value, as
``later``. What a question no longer asks for (a list of allergies, once there are none) is not carried.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from forms.definition import Form, Item, Value
from server.people.carried import carried_items
from server.people.gather import OUTCOME, REASONS, CurrentRecord, Gathered, Said, is_vital
from server.people.superseded import Known, is_superseded
from server.projection import persons
from server.projection.persons import Rows

NOBODY: Mapping[str, Any] = {"person": None}
"""The summary behind the key of a person of whom nothing is left."""
SHARDS = 64

_TRAITS = (
    "birth_name",
    "first_name",
    "given_names",
    "used_name",
    "birth_date",
    "sex",
    "birth_place",
    "commune",
    "phone",
)
_LISTED = ("birth_name", "first_name", "used_name", "birth_date", "sex", "commune")


def shard_of(person: str) -> str:
    """Return the directory's shard of a person key: two hexadecimal digits."""
    return f"{int(person[:2], 16) % SHARDS:02x}"


def months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, the last one when that month is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(years, month + 1, last)
        except ValueError:
            continue
    return date(years, month + 1, min(day.day, 28))


def summary(gathered: Gathered, person: str, today: date) -> Mapping[str, Any]:
    """Return what the team is told of a person; ``NOBODY`` when it has nothing to tell.

    That is when no visit of the team is theirs by its own traits, or none since the longest summary began.
    """
    rows = trusted(gathered.visits.get(person, ()))
    oldest = months_before(today, max(gathered.months.values(), default=0))
    if not rows or max(row["day"] for row in rows) < oldest:
        return NOBODY
    ordered = persons.latest_first(gathered.visits[person])
    return {
        "person": person,
        **_traits(rows, _TRAITS),
        "deceased": person in gathered.dead,
        "deceased_on": _iso(gathered.dead.get(person)),
        "facts": _facts(gathered, ordered),
        "visits": [
            _visit(gathered, row, records)
            for row in ordered
            if (records := gathered.records.get(row["visit_id"]))
            and row["day"] >= months_before(today, gathered.months[records[-1].campaign_id])
        ],
    }


def entry(rows: Rows, person: str, *, deceased: bool) -> dict[str, Any]:
    """Return a person's line of the directory, from the visits that their team knows."""
    return {
        "person": person,
        **_traits(trusted(rows), _LISTED),
        "deceased": deceased,
        "visits": len(rows),
        "last_day": _iso(max(row["day"] for row in rows)),
    }


def trusted(rows: Rows) -> Rows:
    """Return the visits whose traits name the person: a visit taken from somebody else names nobody."""
    return [row for row in rows if row["detached_from"] is None and (row["birth_name"] or row["first_name"])]


def _traits(rows: Rows, names: Sequence[str]) -> dict[str, Any]:
    shown = persons.traits(rows)
    return {name: _iso(shown[name]) if name == "birth_date" else shown[name] for name in names}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _facts(gathered: Gathered, rows: Rows) -> dict[str, Any]:
    """Return the last value of each carried item, the latest visit first, with a later absence beside it."""
    facts: dict[str, Any] = {}
    known: dict[str, Known] = {}
    later: dict[str, dict[str, Any]] = {}
    for row in rows:
        for record in reversed(gathered.records.get(row["visit_id"], ())):
            form = gathered.form_of(record)
            for link_id, said in _carried(gathered, form, record):
                told = {"day": _iso(row["day"]), "by": gathered.members.get(said[0].author_id, "")}
                if link_id in facts:
                    continue
                if said[0].absence is not None:
                    later.setdefault(link_id, {"absent": said[0].absence, **told})
                    continue
                values = [_value(form.index[link_id], each) for each in said]
                known[link_id] = Known(form, row["day"], values)
                facts[link_id] = {"answer": {"values": values}, **told}
    for link_id, absence in later.items():
        # Not having asked says nothing; in the latest visit it is no news either.
        if link_id in facts and absence["absent"] != "not-asked" and absence["day"] > facts[link_id]["day"]:
            facts[link_id]["later"] = absence
    return {link_id: facts[link_id] for link_id in sorted(facts) if not is_superseded(link_id, known)}


def _carried(gathered: Gathered, form: Form, record: CurrentRecord) -> Iterator[tuple[str, Sequence[Said]]]:
    answers = gathered.answers.get(record.digest, {})
    for link_id in carried_items(form):
        if answers.get(link_id):
            yield link_id, answers[link_id]


def _value(item: Item, said: Said) -> Value | float:
    """Return a value as the flat form of answers has it (docs/forms.md)."""
    if said.number is not None:
        return int(said.number) if said.number.is_integer() else said.number
    if item.type == "boolean":
        return said.code == "true"
    return said.code if said.code is not None else said.text or ""


def _visit(gathered: Gathered, row: Mapping[str, Any], records: Sequence[CurrentRecord]) -> dict[str, Any]:
    signers = dict.fromkeys(gathered.members.get(record.member_id, "") for record in records)
    return {
        "visit": row["visit_id"],
        "day": _iso(row["day"]),
        "stop": gathered.stops.get(records[-1].stop_id, ""),
        "reasons": _texts(gathered, records, REASONS),
        "outcome": _texts(gathered, records, OUTCOME),
        "vitals": _vitals(gathered, records),
        "by": [name for name in signers if name],
        "records": [record.envelope_id for record in records],
    }


def _texts(gathered: Gathered, records: Sequence[CurrentRecord], links: Sequence[str]) -> list[str]:
    """Return what was answered to these items, as people read it, each text once."""
    found = (
        said.text or said.code or ""
        for record in records
        for link_id in links
        for said in gathered.answers.get(record.digest, {}).get(link_id, ())
        if said.absence is None
    )
    return list(dict.fromkeys(text for text in found if text))


def _vitals(gathered: Gathered, records: Sequence[CurrentRecord]) -> list[dict[str, Any]]:
    """Return the measures of a visit in the form's order; of several the last signed."""
    measured: dict[str, dict[str, Any]] = {}
    for record in records:
        form = gathered.form_of(record)
        for link_id, said in gathered.answers.get(record.digest, {}).items():
            if said[0].number is None or not is_vital(link_id, form):
                continue
            item = form.index[link_id]
            measured[link_id] = {
                "link_id": link_id,
                "label": item.text,
                "value": _value(item, said[0]),
                "unit": item.unit.display if item.unit else None,
            }
    order = list(gathered.form_of(records[-1]).index)
    return [measured[link_id] for link_id in order if link_id in measured]
