"""The read model depends on the set of documents, not on their order, their pages or their repetition."""

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.load import published
from server.central.databases import DECISIONS
from server.envelope.seal import wrap
from server.identifiers import new_uuid
from server.keys.organisation import generate
from server.projection.acts import TaskChange
from server.projection.decisions import Verdict
from server.projection.examine import StoredDocument
from server.store import migrate
from server.store.database import Store, connect
from server.store.follow_ups import Task, TaskState
from server.store.notices import (
    Attendance,
    AttendanceStatus,
    Cosignature,
    Manifest,
    Photo,
    PhotoState,
)
from server.store.read import Finding, FindingCode, Quarantined, Receipt, Record, RecordState
from tests.conftest import ORGANISATION
from tests.server.projection.scene import Scene, stored
from tests.support.organisation import DAY, FORM, NOON, SlotKeys, make_device, make_slot, seed_team
from tests.support.photos import jpeg, photo_notices
from tests.support.records import Flat, RecordWriter, SealedRecord, full_answers

PHOTO = new_uuid()
Event = tuple[str, StoredDocument]
"""A document and the database it lies in."""


@dataclass(frozen=True)
class Pool:
    """Every kind of document at once, and a store seeded for them, to be copied."""

    scene: Scene
    template: bytes
    events: tuple[Event, ...]


@cache
def pool() -> Pool:
    """Make the pool once, in a store that is gone afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        return _pool(Path(directory) / "escale.db")


def _pool(path: Path) -> Pool:
    """Good records, duplicates, forks, gaps, corrections, forgeries, and decisions, over two tablets."""
    store = Store(connect(f"sqlite:///{path}"))
    migrate.upgrade(store.engine)
    scene = Scene(store, generate(ORGANISATION))
    with store.session() as session:
        other_team = seed_team(session, scene.keys, DAY, "Autre équipe")
    second = make_slot(store, make_device(store, scene.seeded), scene.seeded.doctor)
    third = make_slot(store, make_device(store, scene.seeded), scene.seeded.doctor)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    writer, nurse = scene.writer, scene.nurse
    shared = new_uuid()
    first = writer.record(nurse, visit=shared)
    wrong = writer.record(nurse, full_answers(vitals__sbp={"values": [13]}))
    unusual = writer.record(nurse, full_answers(vitals__hr={"values": [140]}))
    skipped = writer.record(nurse)
    after_gap = writer.record(
        scene.doctor, full_answers(visit__frailty={"absent": "not-asked"}), visit=shared
    )
    fork = writer.record(nurse, sequence=1, previous=None)
    writer.chain.sequence, writer.chain.previous = 0, None
    elsewhere = writer.record(second, visit=shared, signed_at=NOON + timedelta(minutes=1))
    correction = writer.record(second, visit=shared, replaces=_replacing(first.envelope.identifier))
    rival = writer.record(second, visit=shared, replaces=_replacing(first.envelope.identifier))
    mended = writer.record(second, replaces=_replacing(wrong.envelope.identifier))
    again = writer.seal(first.compact)
    forged = writer.record(nurse, device=second.device, sequence=9, previous="0" * 64)
    notices = _notices(scene, third, (first, fork, after_gap, skipped))
    team = scene.seeded.database
    envelopes = [
        *(each.envelope for each in (first, wrong, unusual, after_gap, fork, elsewhere)),
        *(each.envelope for each in (correction, rival, mended, forged)),
        *(each.envelope for each in notices),
        writer.seal(notices[0].compact),
        again,
        wrap("not an envelope"),
    ]
    team_id = scene.seeded.team
    tasks = [
        f"{visit}:{team_id}:{task}"
        for visit in (shared, mended.payload["visit"], new_uuid())
        for task in ("conclusion.outcome:orientation_mt", "visit.attending_gp:sans_mt", "unknown:item")
    ]
    acts = [
        TaskChange(
            subject=task,
            member=scene.seeded.clinical,
            at=NOON + timedelta(minutes=number % 4),
            owner=scene.seeded.clinical if number % 2 else None,
            due_on=DAY if number % 3 else None,
            outcome="en_attente",
            note=str(number),
        )
        for number, task in enumerate([*tasks, *tasks])
    ]
    decisions = [
        scene.decision(unusual, Verdict.TO_CORRECT, "À revoir", NOON),
        scene.decision(unusual, Verdict.VALIDATED, "", NOON + timedelta(minutes=5)),
        scene.decision(elsewhere, Verdict.TO_CORRECT, "Précisez"),
        scene.decision(first, Verdict.VALIDATED),
        scene.decision(skipped, Verdict.VALIDATED),
        StoredDocument("d" + "0" * 40, "1-0", {"jws": "forged"}),
    ]
    return Pool(
        scene,
        path.read_bytes(),
        (
            *((team, stored(envelope)) for envelope in envelopes),
            (other_team.database, stored(after_gap.envelope)),
            *((DECISIONS, decision) for decision in decisions),
            *((DECISIONS, scene.act(act)) for act in acts),
        ),
    )


def _notices(scene: Scene, doctor: SlotKeys, records: Sequence[SealedRecord]) -> list[SealedRecord]:
    """Notices of every kind, of a third tablet: what they name may come before or after them, or never."""
    writer = RecordWriter(scene.seeded, scene.keys)
    first, fork, after_gap, skipped = records
    visit = after_gap.payload["visit"]
    cosigned = [{"envelope": each.envelope.identifier, "record": each.digest} for each in records]
    at = [(NOON + timedelta(minutes=each)).isoformat(timespec="milliseconds") for each in range(4)]
    told = [
        writer.notice(doctor, "attendance", visit=visit, status="arrived", at=at[0]),
        writer.notice(doctor, "attendance", visit=visit, status="with_doctor", at=at[1]),
        writer.notice(doctor, "attendance", visit=visit, status="arrived", at=at[1], clock_offset_ms=60_000),
        writer.notice(doctor, "attendance", visit=visit, status="done", at=at[3], walk_in=True),
        writer.notice(doctor, "cosignature", records=cosigned),
        writer.notice(doctor, "cosignature", records=cosigned[:2]),
        *(
            writer.notice(
                doctor, "entered_in_error", visit=new_uuid(), record=each.envelope.identifier, reason="Erreur"
            )
            for each in (first, fork, skipped)
        ),
        writer.notice(doctor, "deceased", visit=visit),
        *photo_notices(writer, doctor, visit, jpeg(), pieces=3),
        *photo_notices(
            writer, doctor, visit, jpeg(comment="Roanne"), pieces=2, photo=PHOTO, link_id="photos.wound"
        ),
        writer.record(doctor, visit=visit, restricted=True),
    ]
    writer.form = published()[FORM[0], "1.1.0"]
    named = {"photo": PHOTO, "digest": "0" * 64, "size": 5, "width": 64, "height": 48}
    told.append(writer.record(doctor, {**_newer_answers(), "photos.wound": {"values": [named]}}, visit=visit))
    listed = [each.digest for each in (*told, *records)]
    return [*told, writer.notice(doctor, "manifest", visits=3, records=5, signed=listed)]


def _newer_answers() -> Flat:
    """A complete record of the form that has photos."""
    vectors = Path(__file__).parents[2] / "vectors" / "forms" / "medicobus-consultation.v1.1.0.json"
    answers: Flat = json.loads(vectors.read_text())["bases"]["full"]
    return answers


def _replacing(envelope: str) -> dict[str, str]:
    return {"record": envelope, "reason": "Erreur de saisie"}


@contextmanager
def projected(pages: Sequence[Sequence[Event]]) -> Iterator[Scene]:
    """The pool's scene over a fresh copy of its store, once these pages were projected in this order."""
    common = pool()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "escale.db"
        path.write_bytes(common.template)
        scene = copy(common.scene)
        scene.store = Store(connect(f"sqlite:///{path}"))
        for page in pages:
            for database in sorted({name for name, _ in page}):
                scene.project_documents([document for name, document in page if name == database], database)
        yield scene
        scene.store.close()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=8),
    repeats=st.integers(0, 6),
)
def test_any_order_any_pages_and_repetitions_give_the_same_read_model(
    seed: int, sizes: list[int], repeats: int
) -> None:
    order = random.Random(seed)
    events = [*pool().events, *order.sample(pool().events, repeats)]
    order.shuffle(events)
    pages: list[list[Event]] = []
    start = 0
    while start < len(events):
        size = sizes[len(pages) % len(sizes)]
        pages.append(events[start : start + size])
        start += size
    with projected(pages) as scene:
        assert scene.read_model() == reference()


@cache
def reference() -> dict[str, object]:
    """The read model of all documents in one page a database."""
    with projected([pool().events]) as scene:
        return dict(scene.read_model())


def test_the_pool_shows_every_kind_of_finding_and_state_it_claims() -> None:
    with projected([pool().events]) as scene:
        assert {row.code for row in scene.rows(Finding)} == {
            FindingCode.SEQUENCE_GAP,
            FindingCode.SEQUENCE_FORK,
            FindingCode.DUPLICATE_ENVELOPE,
            FindingCode.CORRECTION_FORK,
            FindingCode.SOFT_LIMIT,
            FindingCode.MANIFEST_INCOMPLETE,
            FindingCode.PHOTO_REFUSED,
        }
        assert {row.reason for row in scene.rows(Quarantined)} == {
            "content-invalid",
            "signer-mismatch",
            "not-an-envelope",
            "team-mismatch",
            "decision-invalid",
        }
        assert {row.state for row in scene.rows(Record)} == {
            RecordState.INTEGRATED,
            RecordState.TO_CORRECT,
            RecordState.VALIDATED,
            RecordState.SUPERSEDED,
            RecordState.ENTERED_IN_ERROR,
        }
        (coming,) = scene.rows(Attendance)
        assert (coming.status, coming.interruptions) == (AttendanceStatus.DONE, 0)
        assert {row.state for row in scene.rows(Photo)} == {PhotoState.COMPLETE, PhotoState.REFUSED}
        assert {row.missing for row in scene.rows(Manifest)} == {1}
        assert len(scene.rows(Cosignature)) == 2
        told = [row.record_digest for row in scene.rows(Receipt) if row.reasons == ["photo-metadata"]]
        assert len({row.digest for row in scene.rows(Record)} & set(told)) == 1
        assert len(told) == 3
        assert {row.vanished for row in scene.rows(Task)} == {True, False}
        assert len(scene.rows(TaskState)) == 9
