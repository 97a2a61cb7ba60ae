"""People as coordinators see them."""

from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.people.sides import sides
from server.store.control import Stop
from server.store.database import Store
from server.store.people import VisitIdentity
from tests.server.projection.scene import Scene, stored
from tests.support.organisation import DAY, make_device, make_slot, seed_team
from tests.support.records import RecordWriter


def test_a_visit_is_of_its_teams_stop_though_another_team_uses_its_id(
    store: Store, organisation_keys: OrganisationKeys
) -> None:
    scene, visit = Scene(store, organisation_keys), new_uuid()
    with store.session() as session:
        other = seed_team(session, organisation_keys, DAY, "Équipe voisine")
        session.get_one(Stop, scene.seeded.stop).name = "Ici"
        session.get_one(Stop, other.stop).name = "Ailleurs"
    slot = make_slot(store, make_device(store, other), other.nurse)
    scene.project(scene.writer.record(scene.nurse, visit=visit))
    theirs = RecordWriter(other, organisation_keys).record(slot, visit=visit)
    scene.project_documents([stored(theirs.envelope)], other.database)
    teams = {scene.seeded.team: "La nôtre", other.team: "La leur"}
    people = {row.person_key for row in scene.rows(VisitIdentity)}
    with store.session() as session:
        found = [each for side in sides(session, people, teams).values() for each in side.visits]
    assert {(each.team, each.stop) for each in found} == {("La nôtre", "Ici"), ("La leur", "Ailleurs")}
