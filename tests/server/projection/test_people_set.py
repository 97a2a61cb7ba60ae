"""People depend on the set of records and acts, not on order nor pages; a rebuild gives the same."""

import random
from collections.abc import Sequence

import pytest
from sqlalchemy import delete

from server.central.databases import DECISIONS
from server.identifiers import new_uuid
from server.projection.acts import Attach, Detach, Merge, Separate
from server.projection.examine import StoredDocument
from server.projection.rebuild import READ_MODEL
from server.projection.statements import table
from server.store.people import IdentityPair, Person, Proposal, VisitIdentity
from tests.server.projection.crowd import Crowd
from tests.server.projection.scene import Scene, stored
from tests.server.projection.town import Town

Event = tuple[str, StoredDocument]

PEOPLE: Sequence[dict[str, str | None]] = (
    {},
    {"commune": "42015", "phone": None},
    {"birth_name": "LEFEBVRE"},
    {"birth_name": "LEFEBVRE", "birth_place": None},
    {"birth_place": None},
    {"birth_place": None, "phone": None},
    {"birth_place": None, "phone": "0477000009", "commune": "42015"},
    {"birth_place": "69123"},
    {"birth_date": "1950-02-05"},
    {"birth_date": "1950-05-03", "first_given_name": "HANNE"},
    {"first_given_name": "CLAIRE"},
    {"birth_date": None, "mode": "partial"},
    {"birth_date": None, "mode": "partial", "birth_name": "MOREAU"},
    {"birth_name": "DURAND", "used_name": "LEFEVRE"},
)
"""Near identities of all kinds: same, alike, without a place, without a date, twins."""


def events(scene: Scene) -> list[Event]:
    """Visits of all of them, corrections, restricted ones, and acts that contradict each other."""
    crowd = Crowd(scene)
    records = [crowd.record(**traits) for traits in PEOPLE]
    wrong = records[0]
    visits = [str(record.payload["visit"]) for record in records]
    replaces = {"record": wrong.envelope.identifier, "reason": "Une autre personne"}
    records.append(crowd.record(visit=visits[2], replaces=replaces, birth_name="LEFEBVRE"))
    records.append(crowd.record(scene.doctor, visit=visits[3], birth_name="LEFEBVRE", birth_place="42187"))
    records.append(crowd.record(restricted=True, birth_place=None, phone="0477000009"))
    records.append(scene.writer.notice(scene.nurse, "deceased", visit=visits[4], on=None, source="Un voisin"))
    for visit in visits[5:7]:
        death = scene.writer.notice(scene.doctor, "deceased", visit=visit, source="Un voisin")
        in_error = scene.writer.notice(scene.nurse, "entered_in_error", record=death.envelope.identifier)
        records += [death, in_error]
    scene.project(*records)
    acts = [
        crowd.pair_act(Merge, visits[1], visits[2]),
        crowd.pair_act(Merge, visits[2], visits[8]),
        crowd.pair_act(Separate, visits[1], visits[8]),
        crowd.pair_act(Separate, visits[2], visits[13]),
        crowd.pair_act(Merge, visits[5], visits[11]),
        crowd.pair_act(Separate, visits[5], visits[11]),
        crowd.pair_act(Merge, visits[5], visits[11]),
        crowd.visit_act(Detach, visits[9]),
        crowd.visit_act(Detach, visits[1]),
        crowd.visit_act(Attach, visits[1]),
        crowd.visit_act(Detach, visits[1]),
        crowd.visit_act(Detach, new_uuid()),
    ]
    team = [(scene.seeded.database, stored(record.envelope)) for record in records]
    return [*team, *((DECISIONS, act) for act in acts)]


def project(scene: Scene, pages: Sequence[Sequence[Event]]) -> dict[str, object]:
    """Empty the read model, project these pages in this order, and return it."""
    with scene.store.session() as session:
        for model in READ_MODEL:
            session.connection().execute(delete(table(model)))
    for page in pages:
        for database in sorted({name for name, _ in page}):
            scene.project_documents([document for name, document in page if name == database], database)
    return dict(scene.read_model())


def test_any_order_and_any_pages_give_the_same_people(any_scene: Scene) -> None:
    found = events(any_scene)
    expected = project(any_scene, [found])
    assert {len(any_scene.rows(model)) > 2 for model in (VisitIdentity, Person, Proposal, IdentityPair)} == {
        True
    }
    for seed in range(8):
        order = random.Random(seed)
        order.shuffle(found)
        size = order.randint(1, 9)
        pages = [found[start : start + size] for start in range(0, len(found), size)]
        made = project(any_scene, pages)
        assert [name for name in expected if made[name] != expected[name]] == [], seed


@pytest.mark.anyio
async def test_a_rebuild_gives_the_same_people(any_town: Town) -> None:
    town = any_town
    for database, document in events(town):
        if database == DECISIONS:
            await town.engine.put(DECISIONS, document.identifier, document.body, revision=None)
        else:
            await town.push_envelope(document)
    await town.projection.sweep()
    before = town.read_model()
    rebuilt = await town.rebuild()
    assert rebuilt.same, dict(rebuilt.differences)
    assert town.read_model() == before
