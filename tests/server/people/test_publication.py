"""What a team is told of the people it has seen, and how it follows everything that happens to them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import select

from server.central.databases import database_of, ensure_databases
from server.identifiers import central_document_id, new_uuid
from server.people.summary import months_before, shard_of
from server.projection.acts import Detach, Merge, Separate
from server.store.control import Campaign, RosterEntry, Stop
from server.store.people import PersonOutbox
from tests.server.people.village import Village
from tests.server.projection.crowd import answers
from tests.support.organisation import DAY, NOON, make_device, make_slot, seed_team
from tests.support.records import RecordWriter

pytestmark = pytest.mark.anyio


async def test_a_team_is_told_of_whom_it_saw(any_village: Village) -> None:
    village = any_village
    visit = await village.came()
    person = village.identity(visit).person_key
    told = await village.told(person)
    assert told["person"] == person
    assert (told["birth_name"], told["first_name"], told["birth_date"]) == ("LEFEVRE", "ANNE", "1950-05-02")
    assert (told["sex"], told["commune"], told["deceased"], told["deceased_on"]) == (
        "F",
        "42104",
        False,
        None,
    )
    allergies = told["facts"]["history.allergies"]
    assert allergies == {
        "answer": {"values": ["Pénicilline", "Arachide"]},
        "day": "2026-11-23",
        "by": "Noé Essai",
    }
    assert told["facts"]["visit.frailty"]["answer"] == {"values": [False]}
    assert "history.pregnancy" not in told["facts"]
    (seen,) = told["visits"]
    assert (seen["visit"], seen["day"], seen["stop"], seen["by"]) == (
        visit,
        "2026-11-23",
        "La Gresle",
        ["Noé Essai"],
    )
    assert seen["reasons"][-1] == "Vaccination"
    assert seen["outcome"][-1] == "Cardiologie"
    pressure = next(vital for vital in seen["vitals"] if vital["link_id"] == "vitals.sbp")
    assert (pressure["value"], pressure["unit"]) == (130, "mmHg")
    assert await village.listed(person) == [
        {
            "person": person,
            "birth_name": "LEFEVRE",
            "first_name": "ANNE",
            "used_name": None,
            "birth_date": "1950-05-02",
            "sex": "F",
            "commune": "42104",
            "deceased": False,
            "visits": 1,
            "last_day": "2026-11-23",
        }
    ]
    assert village.rows(PersonOutbox) == []


async def test_what_was_said_is_not_written_again(village: Village) -> None:
    visit = await village.came()
    person = village.identity(visit).person_key
    before = await village.engine.get(village.seeded.database, central_document_id("person", person))
    await village.rebuild()
    assert village.rows(PersonOutbox) != []
    assert await village.people.drain() == 0
    after = await village.engine.get(village.seeded.database, central_document_id("person", person))
    assert before == after


async def test_an_absence_erases_no_fact_and_is_told_beside_it(village: Village) -> None:
    await village.came()
    later = {**answers(), "history.treatments_status": {"absent": "asked-unknown"}}
    del later["history.treatments"]
    later["history.allergies_status"] = {"values": ["none"]}
    del later["history.allergies"]
    village.now = NOON + timedelta(hours=1)
    record = village.writer.record(village.nurse, later, signed_at=village.now, stop=_later_stop(village))
    await village.receive(record)
    told = await village.told(village.identity(record.payload["visit"]).person_key)
    treatments = told["facts"]["history.treatments_status"]
    assert treatments["answer"] == {"values": ["present"]}
    assert treatments["later"] == {"absent": "asked-unknown", "day": "2026-11-24", "by": "Noé Essai"}
    assert told["facts"]["history.treatments"]["answer"] == {"values": ["Amlodipine 5 mg"]}
    assert told["facts"]["history.allergies_status"]["answer"] == {"values": ["none"]}
    assert "history.allergies" not in told["facts"], "what there is no more is not carried"


def _later_stop(village: Village) -> str:
    with village.store.session() as session:
        stop = session.get_one(Stop, village.seeded.stop)
        later = Stop(**{**stop.model_dump(), "id": new_uuid(), "day": DAY + timedelta(days=1)})
        session.add(later)
        return later.id


async def test_a_merge_tells_both_keys_of_one_person_and_its_undoing_of_two(any_village: Village) -> None:
    village = any_village
    first, second = await village.came(), await village.came(birth_name="LEFEBVRE")
    keys = sorted(village.identity(visit).own_key for visit in (first, second))
    await village.acted(village.crowd.pair_act(Merge, first, second))
    told = [await village.told(key) for key in keys]
    assert told[0] == told[1]
    assert told[0]["person"] == keys[0]
    assert {each["visit"] for each in told[0]["visits"]} == {first, second}
    assert [len(await village.listed(key)) for key in keys] == [1, 0]
    await village.acted(village.crowd.pair_act(Separate, first, second))
    assert [(await village.told(key))["person"] for key in keys] == keys
    assert [len(await village.listed(key)) for key in keys] == [1, 1]


async def test_the_record_of_a_wrong_person_leaves_nobody_behind(village: Village) -> None:
    wrong = village.crowd.record()
    await village.receive(wrong)
    key = village.identity(wrong.payload["visit"]).own_key
    replaces = {"record": wrong.envelope.identifier, "reason": "Une autre personne"}
    await village.came(visit=new_uuid(), replaces=replaces, birth_name="MOREAU")
    assert await village.told(key) == {"person": None}
    assert await village.listed(key) == []


async def test_a_record_entered_in_error_leaves_nobody_behind(any_village: Village) -> None:
    village = any_village
    record = village.crowd.record()
    await village.receive(record)
    visit = record.payload["visit"]
    key = village.identity(visit).own_key
    assert (await village.told(key))["person"] == key
    envelope = record.envelope.identifier
    await village.receive(
        village.writer.notice(
            village.nurse, "entered_in_error", visit=visit, record=envelope, reason="Saisie d’essai"
        )
    )
    assert await village.told(key) == {"person": None}
    assert await village.listed(key) == []


async def test_a_visit_taken_from_somebody_names_nobody(village: Village) -> None:
    first, second = await village.came(), await village.came()
    await village.acted(village.crowd.visit_act(Detach, second))
    kept, taken = village.identity(first), village.identity(second)
    assert [each["visit"] for each in (await village.told(kept.own_key))["visits"]] == [first]
    assert await village.told(taken.own_key) == {"person": None}
    assert await village.listed(taken.own_key) == []


async def test_a_restricted_visit_is_told_to_nobody(village: Village) -> None:
    shown = await village.came()
    hidden = await village.came(restricted=True)
    alone = await village.came(restricted=True, birth_name="MOREAU")
    told = await village.told(village.identity(shown).own_key)
    assert [each["visit"] for each in told["visits"]] == [shown]
    assert village.identity(hidden).person_key == village.identity(shown).person_key
    assert await village.told(village.identity(alone).own_key) == {"person": None}


async def test_another_teams_visits_are_told_to_that_team_only(village: Village) -> None:
    ours = await village.came()
    with village.store.session() as session:
        neighbour = seed_team(session, village.keys, DAY, "Équipe voisine")
    await village.open()
    slot = make_slot(village.store, make_device(village.store, neighbour), neighbour.nurse)
    theirs = RecordWriter(neighbour, village.keys).record(slot, answers())
    await village.engine.write(neighbour.database, [theirs.document], new_edits=False)
    await village.projection.sweep()
    await village.people.drain()
    person = village.identity(ours).person_key
    assert [each["visit"] for each in (await village.told(person))["visits"]] == [ours]
    told = await village.told(person, neighbour.database)
    assert [each["visit"] for each in told["visits"]] == [theirs.payload["visit"]]


async def test_a_new_quarters_database_gets_everybody_seen_lately(village: Village) -> None:
    person = village.identity(await village.came()).person_key
    village.now = datetime(2027, 1, 4, 8, tzinfo=UTC)
    await ensure_databases(village.store, village.engine, village.now.date())
    with village.store.session() as session:
        following = database_of(session, village.seeded.team, village.now.date())
    assert following != village.seeded.database
    await village.another_publication().drain()
    assert (await village.told(person, following))["person"] == person
    assert len(await village.listed(person, following)) == 1
    assert await village.another_publication().drain() == 0


async def test_whom_no_one_saw_for_longer_than_a_summary_is_not_told(village: Village) -> None:
    person = village.identity(await village.came()).person_key
    with village.store.session() as session:
        for campaign in session.exec(select(Campaign)):
            campaign.summary_months = 1
            session.add(campaign)
    village.now = datetime(2027, 1, 4, 8, tzinfo=UTC)
    await village.rebuild()
    await village.people.drain()
    assert await village.told(person) == {"person": None}
    assert await village.listed(person) == []


async def test_the_dead_are_told_dead(village: Village) -> None:
    visit = await village.came()
    await village.receive(
        village.writer.notice(village.nurse, "deceased", visit=visit, on="2026-11-20", source="La mairie")
    )
    told = await village.told(village.identity(visit).own_key)
    assert (told["deceased"], told["deceased_on"]) == (True, "2026-11-20")


async def test_who_is_expected_is_named_when_the_traits_fit_one_person(village: Village) -> None:
    def expect(**traits: Any) -> str:
        booked: dict[str, Any] = {
            "birth_name": "LEFEVRE",
            "first_name": "ANNE",
            "birth_date": date(1950, 5, 2),
            "sex": None,
        }
        entry = RosterEntry(
            id=new_uuid(),
            stop_id=village.seeded.stop,
            expected_at=time(9),
            booking="telephone",
            **{**booked, **traits},
        )
        with village.store.session() as session:
            session.add(entry)
        return entry.id

    fitting = expect(birth_name="Lefèvre", first_name="anne")
    names_alone, other_sex = expect(birth_date=None), expect(sex="M")
    visit = await village.came()

    def named() -> dict[str, str | None]:
        return {entry.id: entry.person_key for entry in village.rows(RosterEntry)}

    person = village.identity(visit).person_key
    assert named() == {fitting: person, names_alone: None, other_sex: None}
    await village.came(birth_place="69123")
    assert named()[fitting] is None, "two people fit"


def test_months_before_a_day_keep_to_the_calendar() -> None:
    assert months_before(DAY.replace(month=3, day=31), 1).isoformat() == "2026-02-28"
    assert months_before(DAY, 24).isoformat() == "2024-11-23"
    assert months_before(DAY.replace(month=1, day=5), 1).isoformat() == "2025-12-05"


def test_a_shard_is_two_digits_below_64() -> None:
    assert {shard_of(f"{byte:02x}000000") for byte in range(256)} == {f"{n:02x}" for n in range(64)}


async def test_a_crash_after_publishing_repeats_nothing(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise OSError("killed")

    monkeypatch.setattr(village.people, "_remove", crash)
    await village.push(village.crowd.record())
    await village.projection.sweep()
    with pytest.raises(OSError, match="killed"):
        await village.people.drain()
    assert village.rows(PersonOutbox) != []
    assert await village.another_publication().drain() == 0
    assert village.rows(PersonOutbox) == []
