"""The queue: all that waits is in it, the urgent first; what is closed comes back when it changes."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import select

from forms.load import published
from server.central.databases import DECISIONS
from server.clock import PARIS
from server.identifiers import new_uuid
from server.people.duplicates import SUBJECT
from server.projection.acts import QueueChange
from server.projection.decisions import Verdict
from server.projection.reasons import REASONS
from server.queue import build
from server.queue.build import Queue, TypedChange
from server.queue.item import Item, Kind, Urgency
from server.queue.records import FINDINGS
from server.queue.stops import SILENT_AFTER
from server.store.control import Device, DeviceStatus, Stop
from server.store.notices import Manifest, Photo, PhotoState
from server.store.people import Proposal, VisitIdentity
from server.store.read import Finding, FindingCode, Quarantined
from tests.server.projection.scene import Scene, stored
from tests.support.afterwards import issued_letter
from tests.support.organisation import DAY, NOON, make_device, make_slot, seed_team
from tests.support.photos import naming_photo, photo_notices
from tests.support.records import RecordWriter, full_answers


def queue(scene: Scene, *, clinical: bool = True, now: datetime = NOON) -> Queue:
    with scene.store.session() as session:
        scope = build.scope_of(session, {scene.seeded.team: "Équipe"}, now, clinical=clinical)
        return build.build(session, scope)


def items(scene: Scene, kind: Kind, **named: Any) -> list[Item]:
    return [row.item for row in queue(scene, **named).open if row.item.kind is kind]


def close(scene: Scene, key: str, note: str = "vu", minutes: int = 0) -> None:
    change = QueueChange(
        subject=key,
        member=scene.seeded.clinical,
        at=NOON + timedelta(minutes=minutes),
        owner=None,
        closed=True,
        note=note,
    )
    scene.project_documents([scene.act(change)], DECISIONS)


def add(scene: Scene, *rows: Any) -> None:
    with scene.store.session() as session:
        session.add_all(rows)


def finding(scene: Scene, code: FindingCode, details: Mapping[str, Any] | None = None) -> Finding:
    known = {"missing": [[3, 4]], "ranges": 1} if code is FindingCode.SEQUENCE_GAP else {}
    return Finding(
        key=f"{code}:{new_uuid()}",
        code=code,
        database=scene.seeded.database,
        device_id=scene.device.id,
        details=dict(details or known),
    )


def aside(scene: Scene, reason: str, database: str | None = None) -> Quarantined:
    return Quarantined(
        database=database or scene.seeded.database,
        envelope_id="e" + new_uuid().replace("-", "") * 2,
        reason=reason,
        turn=REASONS[reason].turn or "",
        details=[],
        first_seen_at=NOON,
    )


def test_a_quiet_day_leaves_an_empty_queue(scene: Scene) -> None:
    found = queue(scene)
    assert (found.rows, set(found.counts.values()), found.hidden) == ((), {0}, {})


def test_every_finding_has_its_place() -> None:
    assert FINDINGS.keys() == set(FindingCode)


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_is_in_the_queue(scene: Scene, code: FindingCode) -> None:
    add(scene, finding(scene, code))
    (item,) = [row.item for row in queue(scene).open]
    assert (item.kind, item.text) == (FINDINGS[code].kind, f"finding.{code.value}")


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_quarantine_is_in_the_queue(scene: Scene, reason: str) -> None:
    add(scene, aside(scene, reason))
    (item,) = items(scene, Kind.QUARANTINED)
    assert (item.reason, item.since) == (reason, NOON)


def test_a_decision_that_cannot_be_read_is_everybody_s(scene: Scene) -> None:
    add(scene, aside(scene, "decision-invalid", DECISIONS))
    (item,) = items(scene, Kind.QUARANTINED, clinical=False)
    assert item.team is None


def test_what_a_correction_replaced_is_no_longer_waiting(scene: Scene) -> None:
    row = aside(scene, "content-invalid")
    row.replaced = True
    add(scene, row)
    assert queue(scene).rows == ()


def test_another_team_s_troubles_are_not_ours(scene: Scene) -> None:
    other = finding(scene, FindingCode.CLOCK)
    other.database = "t" + "0" * 32
    add(scene, other, aside(scene, "bad-padding", "t" + "0" * 32))
    assert queue(scene).rows == ()


def test_a_record_sent_back_waits_for_its_author_since_the_decision(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(record)
    at = NOON + timedelta(minutes=3)
    any_scene.decide(any_scene.decision(record, Verdict.TO_CORRECT, "Précisez", at))
    (item,) = items(any_scene, Kind.TO_CORRECT, clinical=False)
    assert (item.turn, item.waits_for, item.since) == ("author", "Noé Essai", at)
    assert item.address == f"/coordination/fiches/{record.digest}"
    any_scene.decide(any_scene.decision(record, Verdict.VALIDATED, "", at + timedelta(minutes=1)))
    assert items(any_scene, Kind.TO_CORRECT) == []


def test_a_clock_that_is_off_is_one_item_and_leads_to_its_tablet(scene: Scene) -> None:
    """Every record of the day shows it; it is set on the tablet, not on any of them."""
    records = [scene.writer.record(scene.nurse) for _ in range(2)]
    scene.project(*records)
    for record in records:
        off = finding(scene, FindingCode.CLOCK)
        off.envelope_id = record.envelope.identifier
        add(scene, off)
    (item,) = items(scene, Kind.TABLET)
    assert item.address == f"/coordination/tablettes#{scene.device.id}"


def test_two_corrections_of_one_record_are_a_conflict(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse)
    replaces = {"record": first.envelope.identifier, "reason": "Erreur"}
    visit = first.payload["visit"]
    scene.project(
        first, *(scene.writer.record(scene.nurse, visit=visit, replaces=replaces) for _ in range(2))
    )
    (item,) = items(scene, Kind.CONFLICT)
    assert (item.urgency, item.since) == (Urgency.NOW, NOON)


def test_a_gap_in_a_tablet_s_sequence_comes_back_when_it_grows(any_scene: Scene) -> None:
    any_scene.project(any_scene.writer.record(any_scene.nurse, sequence=3, previous="0" * 64))
    (item,) = items(any_scene, Kind.TABLET)
    close(any_scene, item.key)
    assert items(any_scene, Kind.TABLET) == []
    any_scene.project(any_scene.writer.record(any_scene.nurse, sequence=9, previous="0" * 64))
    (again,) = items(any_scene, Kind.TABLET)
    assert again.key != item.key


def silent(scene: Scene, heard: datetime, now: datetime) -> list[Item]:
    with scene.store.session() as session:
        device = session.get_one(Device, scene.device.id)
        device.last_seen_at = heard
        session.add(device)
    return [item for item in items(scene, Kind.TABLET, now=now) if item.text == "queue.say.silent"]


CLOSED = datetime.combine(DAY, time(12, 30), tzinfo=PARIS)
"""When the stop of the day closed."""


def test_a_tablet_silent_since_before_its_team_s_stop_is_looked_for(scene: Scene) -> None:
    before = CLOSED - timedelta(hours=3)
    assert silent(scene, before, before + SILENT_AFTER - timedelta(minutes=1)) == []
    (item,) = silent(scene, before, before + SILENT_AFTER)
    assert (item.since, item.parts) == (before, {"count": 1})


def test_a_tablet_that_speaks_with_the_hub_only_is_heard_by_what_it_signed(scene: Scene) -> None:
    before, after = CLOSED - timedelta(hours=3), CLOSED + timedelta(hours=1)
    scene.project(scene.writer.record(scene.doctor, signed_at=after))
    assert silent(scene, before, after + timedelta(days=30)) == []


def test_a_tablet_heard_after_the_stop_is_not_looked_for(scene: Scene) -> None:
    after = CLOSED + timedelta(hours=1)
    assert silent(scene, after, after + timedelta(days=30)) == []


def test_a_cancelled_stop_makes_no_tablet_silent(scene: Scene) -> None:
    with scene.store.session() as session:
        stop = session.get_one(Stop, scene.seeded.stop)
        stop.cancelled = True
        session.add(stop)
    assert silent(scene, CLOSED - timedelta(hours=3), CLOSED + timedelta(days=9)) == []


def test_a_revoked_tablet_is_not_looked_for(scene: Scene) -> None:
    make_device(scene.store, scene.seeded, DeviceStatus.REVOKED)
    late = CLOSED + timedelta(days=9)
    assert silent(scene, late - timedelta(hours=1), late) == []


def manifest(scene: Scene, missing: int) -> Manifest:
    return Manifest(
        digest=new_uuid(),
        database=scene.seeded.database,
        envelope_id="e" + "0" * 64,
        team_id=scene.seeded.team,
        stop_id=scene.seeded.stop,
        device_id=scene.device.id,
        member_id=scene.seeded.nurse,
        keeper="Noé Essai",
        closed_at=NOON,
        visits=3,
        records=3,
        expected=["a", "b", "c"],
        missing=missing,
        integrated=3 - missing,
        to_correct=0,
        quarantined=0,
    )


def test_a_stop_closed_with_something_missing_is_told_once(scene: Scene) -> None:
    incomplete = manifest(scene, 2)
    told = finding(scene, FindingCode.MANIFEST_INCOMPLETE)
    told.key = f"{FindingCode.MANIFEST_INCOMPLETE}:{incomplete.digest}"
    add(scene, incomplete, told)
    (item,) = items(scene, Kind.MANIFEST)
    assert (item.parts, item.waits_for) == ({"count": 2, "expected": 3}, "Noé Essai")


def test_a_complete_manifest_asks_for_nothing(scene: Scene) -> None:
    add(scene, manifest(scene, 0))
    assert queue(scene).rows == ()


def test_a_photo_refused_is_told_once_with_its_reason(scene: Scene) -> None:
    photo = Photo(
        id=new_uuid(),
        team_id=scene.seeded.team,
        visit_id=new_uuid(),
        stop_id=scene.seeded.stop,
        link_id="photo",
        member_id=scene.seeded.nurse,
        digest="0" * 64,
        media_type="image/jpeg",
        width=1,
        height=1,
        pieces=1,
        arrived=1,
        state=PhotoState.REFUSED,
        reason="photo-digest",
        taken_at=NOON,
    )
    told = finding(scene, FindingCode.PHOTO_REFUSED)
    told.key = f"{FindingCode.PHOTO_REFUSED}:{photo.id}:{photo.team_id}"
    add(scene, photo, told)
    (item,) = items(scene, Kind.PHOTO)
    assert (item.reason, item.turn) == ("photo-digest", "author")


@pytest.mark.parametrize("record_names_it", [True, False])
def test_a_photo_refused_leads_to_its_own_teams_record(any_scene: Scene, record_names_it: bool) -> None:
    scene, photo = any_scene, new_uuid()
    pieces = photo_notices(
        scene.writer, scene.nurse, new_uuid(), b"no image", photo=photo, link_id="photos.prescription"
    )
    visit = pieces[0].payload["visit"]
    beside = scene.writer.record(scene.nurse, visit=visit)
    answers = naming_photo(scene.writer, photo) if record_names_it else None
    record = scene.writer.record(scene.nurse, answers, visit=None if record_names_it else visit)
    scene.project(*pieces, *([beside] if record_names_it else []), record)
    with scene.store.session() as session:
        other = seed_team(session, scene.keys, DAY, "Équipe voisine")
    slot = make_slot(scene.store, make_device(scene.store, other), other.nurse)
    theirs = RecordWriter(other, scene.keys).record(slot, visit=visit, signed_at=NOON + timedelta(hours=1))
    scene.project_documents([stored(theirs.envelope)], other.database)
    assert scene.reasons() == {}
    (item,) = items(scene, Kind.PHOTO)
    assert item.address == f"/coordination/fiches/{record.digest}"


def test_probable_duplicates_letters_and_documents_are_only_counted_for_the_others(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(record)
    issued_letter(any_scene.store, published(), record)
    with any_scene.store.session() as session:
        person = session.exec(select(VisitIdentity.person_key)).one()
    add(any_scene, Proposal(key=f"{person}+x", first=person, second="x", score=80, reasons=[], since=NOON))
    clinical, administrative = queue(any_scene), queue(any_scene, clinical=False)
    wanted = {Kind.PROBABLE_DUPLICATE: 1, Kind.LETTER: 1, Kind.DOCUMENT: 1}
    assert {kind: count for kind, count in clinical.counts.items() if count} == wanted
    assert (administrative.counts, administrative.hidden, administrative.rows) == (
        clinical.counts,
        wanted,
        (),
    )


def test_late_tasks_are_in_the_queue_and_documents_once(scene: Scene) -> None:
    scene.project(scene.writer.record(scene.nurse))
    late = NOON + timedelta(days=60)
    assert len(items(scene, Kind.TASK, now=late)) == 3
    assert len(items(scene, Kind.DOCUMENT, now=late)) == 1
    assert [item.text for item in items(scene, Kind.TASK, now=late, clinical=False)] == [
        "task.kind.attending_gp_search"
    ]


def test_an_orientation_to_the_emergencies_is_in_the_queue_at_once_and_first(any_scene: Scene) -> None:
    answers = full_answers(conclusion__outcome={"values": ["orientation_urgences"]})
    any_scene.project(any_scene.writer.record(any_scene.nurse, answers))
    (first, *_) = queue(any_scene).open
    assert (first.item.kind, first.item.urgency) == (Kind.URGENT_TASK, Urgency.NOW)
    assert first.item.text == "task.kind.urgent_orientation"
    late = NOON + timedelta(days=60)
    assert len(items(any_scene, Kind.URGENT_TASK, now=late)) == 1
    assert "task.kind.urgent_orientation" not in {each.text for each in items(any_scene, Kind.TASK, now=late)}
    assert queue(any_scene, clinical=False).hidden[Kind.URGENT_TASK] == 1


def test_what_is_known_by_its_day_has_no_hour_and_is_never_to_come(scene: Scene) -> None:
    scene.project(scene.writer.record(scene.nurse))
    for now in (NOON + timedelta(days=60), datetime.combine(DAY, time(0, 30), PARIS)):
        (item,) = items(scene, Kind.DOCUMENT, now=now)
        assert item.by_day
        assert item.since == datetime.combine(DAY, time(), PARIS)
        assert item.since <= now


def test_a_restricted_record_is_only_counted_for_an_administrative_coordinator(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse, restricted=True)
    scene.project(record)
    scene.decide(scene.decision(record, Verdict.TO_CORRECT, "Précisez"))
    assert len(items(scene, Kind.TO_CORRECT)) == 1
    assert items(scene, Kind.TO_CORRECT, clinical=False) == []
    assert queue(scene, clinical=False).hidden[Kind.TO_CORRECT] == 1


def test_the_urgent_comes_first_then_the_oldest(any_scene: Scene) -> None:
    old, recent = aside(any_scene, "bad-padding"), aside(any_scene, "bad-padding")
    old.first_seen_at = NOON - timedelta(days=9)
    add(any_scene, recent, old, finding(any_scene, FindingCode.OLD_EPOCH))
    soft = any_scene.writer.record(any_scene.nurse, full_answers(vitals__hr={"values": [140]}))
    any_scene.project(soft)
    rows = queue(any_scene).open
    assert [row.item.urgency for row in rows] == sorted(row.item.urgency for row in rows)
    assert [row.item.since for row in rows[:2]] == [old.first_seen_at, NOON]
    assert rows[-1].item.since is None


def test_a_closed_item_keeps_its_note_and_can_be_opened_again(scene: Scene) -> None:
    add(scene, finding(scene, FindingCode.CLOCK))
    (item,) = items(scene, Kind.TABLET)
    close(scene, item.key, "Horloge réglée")
    found = queue(scene)
    assert (found.open, found.counts[Kind.TABLET]) == ([], 0)
    assert [past.note for past in found.closed[0].history] == ["Horloge réglée"]
    change = QueueChange(
        subject=item.key,
        member=scene.seeded.clinical,
        at=NOON + timedelta(hours=1),
        owner=scene.seeded.administrative,
        closed=False,
    )
    scene.project_documents([scene.act(change)], DECISIONS)
    (row,) = queue(scene).open
    assert (row.owner, len(row.history)) == ("Abel Essai", 2)


def test_an_item_is_given_to_those_who_may_see_it(scene: Scene) -> None:
    add(scene, finding(scene, FindingCode.CLOCK))
    scene.project(scene.writer.record(scene.nurse))
    with scene.store.session() as session:
        owners = {row.item.kind: build.owners(session, row.item) for row in queue(scene).open}
    assert set(owners[Kind.TABLET].values()) == {"Cléo Essai", "Abel Essai"}
    assert set(owners[Kind.DOCUMENT].values()) == {"Cléo Essai"}


def test_closing_takes_a_note(scene: Scene) -> None:
    add(scene, finding(scene, FindingCode.CLOCK))
    (item,) = items(scene, Kind.TABLET)
    typed = TypedChange("stranger", closed=True, note=" ")
    assert build.read(typed, item, {}, member="m", at=NOON) == ("owner", "note-missing")


def test_a_duplicate_put_aside_on_its_own_page_has_an_owner_here(scene: Scene) -> None:
    scene.project(scene.writer.record(scene.nurse))
    with scene.store.session() as session:
        person = session.exec(select(VisitIdentity.person_key)).one()
    pair = f"{person}+x"
    add(scene, Proposal(key=pair, first=person, second="x", score=80, reasons=[], since=NOON))
    later = QueueChange(
        subject=SUBJECT + pair,
        member=scene.seeded.clinical,
        at=NOON,
        owner=scene.seeded.clinical,
        closed=False,
    )
    scene.project_documents([scene.act(later)], DECISIONS)
    (row,) = [row for row in queue(scene).open if row.item.kind is Kind.PROBABLE_DUPLICATE]
    assert row.owner == "Cléo Essai"


def test_people_that_another_team_has_seen_too_are_not_ours_to_join(scene: Scene) -> None:
    scene.project(scene.writer.record(scene.nurse))
    with scene.store.session() as session:
        ours = session.exec(select(VisitIdentity)).one()
        theirs = VisitIdentity(**{**ours.model_dump(), "visit_id": new_uuid(), "team_id": new_uuid()})
        session.add(theirs)
    add(
        scene,
        Proposal(
            key=f"{ours.person_key}+x", first=ours.person_key, second="x", score=80, reasons=[], since=NOON
        ),
    )
    assert items(scene, Kind.PROBABLE_DUPLICATE) == []
