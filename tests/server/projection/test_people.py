"""Who is one person: by themselves, by an act, and undone; who is proposed; who is told again."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from server.projection.acts import Attach, Detach, Merge, Separate
from server.projection.people import derive, requeue
from server.store.figures import VisitFigure
from server.store.people import Person, PersonOutbox, Proposal, VisitIdentity
from tests.server.projection.crowd import Crowd
from tests.server.projection.scene import Scene, stored
from tests.support.organisation import DAY, make_device, make_slot, seed_team
from tests.support.records import RecordWriter, SealedRecord


@pytest.fixture
def crowd(scene: Scene) -> Crowd:
    return Crowd(scene)


@pytest.fixture
def any_crowd(any_scene: Scene) -> Crowd:
    return Crowd(any_scene)


def test_two_visits_with_the_same_strict_traits_are_one_person(any_crowd: Crowd) -> None:
    first, second = any_crowd.came(), any_crowd.came(commune="42015", phone=None)
    assert any_crowd.one_person(first, second)
    (person,) = any_crowd.scene.rows(Person)
    assert (person.birth_name, person.first_name, person.visits) == ("LEFEVRE", "ANNE", 2)
    assert person.identities == [person.person_key]
    assert any_crowd.proposed() == set()


def test_a_validated_identity_names_the_person(crowd: Crowd) -> None:
    first = crowd.came()
    later = crowd.came(first_given_name="ANNE MARIE", mode="partial", commune="42015", phone=None)
    crowd.decide(crowd.pair_act(Merge, first, later))
    (person,) = crowd.scene.rows(Person)
    assert person.first_name == "ANNE"
    assert person.visits == 2


def test_who_may_be_one_person_is_proposed_with_reasons_and_not_joined(any_crowd: Crowd) -> None:
    first, second = any_crowd.came(), any_crowd.came(birth_name="LEFEBVRE")
    assert not any_crowd.one_person(first, second)
    (proposal,) = any_crowd.scene.rows(Proposal)
    assert proposal.key == f"{proposal.first}+{proposal.second}"
    assert {reason["code"] for reason in proposal.reasons} >= {"birth-date-same", "birth-name-alike"}


def test_a_date_typed_wrong_is_found_by_the_sound_of_the_names(crowd: Crowd) -> None:
    crowd.came()
    for date in ("1950-02-05", "1950-05-03", "1960-05-02"):
        crowd.came(birth_date=date)
    assert len(crowd.proposed()) == 3


def test_twins_are_not_proposed(crowd: Crowd) -> None:
    crowd.came()
    crowd.came(first_given_name="CLAIRE")
    assert crowd.proposed() == set()


def test_a_merge_joins_and_its_undoing_gives_each_record_back(any_crowd: Crowd) -> None:
    crowd = any_crowd
    first, second = crowd.came(), crowd.came(birth_name="LEFEBVRE")
    crowd.decide(crowd.pair_act(Merge, first, second))
    assert crowd.one_person(first, second)
    assert crowd.proposed() == set()
    later, later_still = crowd.came(birth_name="LEFEBVRE"), crowd.came(phone=None)
    assert crowd.one_person(first, second, later, later_still)
    (person,) = crowd.scene.rows(Person)
    assert person.visits == 4
    assert person.person_key == min(person.identities)
    crowd.decide(crowd.pair_act(Separate, first, second))
    assert crowd.one_person(second, later)
    assert crowd.one_person(first, later_still)
    assert not crowd.one_person(first, second)
    assert crowd.proposed() == set(), "who was separated is not proposed again"


def test_the_figures_follow_a_merge(crowd: Crowd) -> None:
    first, second = crowd.came(), crowd.came(birth_name="LEFEBVRE")
    crowd.decide(crowd.pair_act(Merge, first, second))
    assert len({row.person_key for row in crowd.scene.rows(VisitFigure)}) == 1


def test_what_a_separation_holds_apart_the_traits_do_not_join(crowd: Crowd) -> None:
    first, second = crowd.came(), crowd.came(birth_place=None)
    assert crowd.one_person(first, second)
    crowd.decide(crowd.pair_act(Separate, first, second))
    assert not crowd.one_person(first, second)
    crowd.decide(crowd.pair_act(Merge, first, second))
    assert crowd.one_person(first, second)


def test_of_two_acts_on_one_pair_the_last_stands_whatever_came_first(crowd: Crowd) -> None:
    first, second = crowd.came(), crowd.came(birth_name="LEFEBVRE")
    merge, separate = crowd.pair_act(Merge, first, second), crowd.pair_act(Separate, first, second)
    crowd.decide(separate)
    crowd.decide(merge)
    assert not crowd.one_person(first, second)


def test_a_detached_visit_is_its_own_and_is_not_proposed_back(any_crowd: Crowd) -> None:
    crowd = any_crowd
    first, second = crowd.came(), crowd.came()
    crowd.decide(crowd.visit_act(Detach, second))
    assert not crowd.one_person(first, second)
    assert crowd.proposed() == set()
    crowd.came(birth_date="1950-05-03")
    assert all(crowd.identity(first).person_key in both for both in crowd.proposed()) is False
    crowd.decide(crowd.visit_act(Attach, second))
    assert crowd.one_person(first, second)


def test_a_wrong_person_corrected_moves_the_visit(crowd: Crowd) -> None:
    wrong = crowd.record()
    crowd.scene.project(wrong)
    other = crowd.came(birth_name="MOREAU", first_given_name="PAUL", sex="M", birth_date="1940-01-01")
    replaces = {"record": wrong.envelope.identifier, "reason": "Une autre personne"}
    crowd.came(
        visit=other,
        replaces=replaces,
        birth_name="MOREAU",
        first_given_name="PAUL",
        sex="M",
        birth_date="1940-01-01",
    )
    (person,) = crowd.scene.rows(Person)
    assert (person.birth_name, person.visits) == ("MOREAU", 1)
    assert {row.visit_id for row in crowd.scene.rows(VisitIdentity)} == {other}


def test_a_restricted_visit_is_joined_and_named_nowhere(crowd: Crowd) -> None:
    shown, hidden = crowd.came(), crowd.came(restricted=True)
    assert crowd.one_person(shown, hidden)
    crowd.came(birth_name="LEFEBVRE", birth_place=None, restricted=True)
    (person,) = crowd.scene.rows(Person)
    assert person.visits == 1
    assert crowd.proposed() == set()


@pytest.mark.parametrize(
    "traits",
    [{"birth_date": None, "mode": "partial"}, {"phone": None, "commune": None, "birth_place": None}],
)
def test_names_alone_join_nothing(crowd: Crowd, traits: dict[str, str | None]) -> None:
    assert not crowd.one_person(crowd.came(**traits), crowd.came(**traits))


def test_somebody_said_dead_is_dead_for_all_visits_joined(crowd: Crowd) -> None:
    first, second = crowd.came(), crowd.came(birth_name="LEFEBVRE")
    crowd.decide(crowd.pair_act(Merge, first, second))
    scene = crowd.scene
    scene.project(
        scene.writer.notice(scene.nurse, "deceased", visit=second, on="2026-11-20", source="La mairie")
    )
    with scene.store.session() as session:
        derive(session, {(second, scene.seeded.team)}, ())
    (person,) = scene.rows(Person)
    assert (person.deceased, str(person.deceased_on)) == (True, "2026-11-20")


def _in_error(scene: Scene, death: SealedRecord, **members: Any) -> SealedRecord:
    return scene.writer.notice(
        scene.doctor, "entered_in_error", record=death.envelope.identifier, reason="Une homonyme", **members
    )


@pytest.mark.parametrize("death_first", [True, False])
@pytest.mark.parametrize("names_the_visit", [True, False])
def test_a_death_noted_in_error_is_taken_back_and_told_again(
    crowd: Crowd, death_first: bool, names_the_visit: bool
) -> None:
    scene, visit = crowd.scene, crowd.came()
    death = scene.writer.notice(scene.nurse, "deceased", visit=visit, on="2026-11-20", source="La mairie")
    error = _in_error(scene, death, **({"visit": visit} if names_the_visit else {}))
    first, second = (death, error) if death_first else (error, death)
    scene.project(first)
    before = scene.rows(PersonOutbox)[0].version
    scene.project(second)
    (person,) = scene.rows(Person)
    assert (person.deceased, person.deceased_on) == (False, None)
    assert scene.rows(PersonOutbox)[0].version > before
    assert scene.receipt(death.envelope).reasons == ["entered-in-error"]


def test_another_notice_of_the_death_still_counts(crowd: Crowd) -> None:
    scene, visit = crowd.scene, crowd.came()
    wrong = scene.writer.notice(scene.nurse, "deceased", visit=visit, on="2026-11-20", source="La mairie")
    right = scene.writer.notice(scene.doctor, "deceased", visit=visit, on="2026-11-21", source="Sa fille")
    scene.project(wrong, right, _in_error(scene, wrong, visit=visit))
    (person,) = scene.rows(Person)
    assert (person.deceased, str(person.deceased_on)) == (True, "2026-11-21")


def test_another_team_takes_no_death_back(crowd: Crowd) -> None:
    scene, visit = crowd.scene, crowd.came()
    death = scene.writer.notice(scene.nurse, "deceased", visit=visit, source="La mairie")
    scene.project(death)
    with scene.store.session() as session:
        other = seed_team(session, scene.keys, DAY, "Équipe voisine")
    slot = make_slot(scene.store, make_device(scene.store, other), other.nurse)
    error = RecordWriter(other, scene.keys).notice(
        slot, "entered_in_error", visit=visit, record=death.envelope.identifier
    )
    scene.project_documents([stored(error.envelope)], other.database)
    assert scene.reasons() == {}
    assert scene.rows(Person)[0].deceased


def test_every_identity_of_a_person_is_told_again_and_versions_grow(crowd: Crowd) -> None:
    first, second = crowd.came(), crowd.came(birth_name="LEFEBVRE")
    own = {crowd.identity(visit).own_key for visit in (first, second)}
    before = {row.person_key: row.version for row in crowd.scene.rows(PersonOutbox)}
    assert before.keys() == own
    crowd.decide(crowd.pair_act(Merge, first, second))
    after = {row.person_key: row.version for row in crowd.scene.rows(PersonOutbox)}
    assert after.keys() == own
    assert all(after[key] > before[key] for key in own)
    with crowd.scene.store.session() as session:
        requeue(session)
    assert all(row.version > after[row.person_key] for row in crowd.scene.rows(PersonOutbox))


def test_a_page_costs_the_same_number_of_statements_whatever_it_holds(scene: Scene) -> None:
    crowd = Crowd(scene)
    for number in range(12):
        crowd.came(first_given_name=("ANNE", "ANNA", "HANNE")[number % 3], phone=f"04770000{number:02}")

    def statements(size: int) -> int:
        said: list[str] = []

        def note(*parts: object) -> None:
            said.append(str(parts[2]))

        with scene.store.session() as session:
            visits = session.exec(select(VisitIdentity.visit_id, VisitIdentity.team_id)).all()[:size]
            event.listen(scene.store.engine, "before_cursor_execute", note)
            derive(session, {(visit, team) for visit, team in visits}, ())
            event.remove(scene.store.engine, "before_cursor_execute", note)
        return len(said)

    assert statements(12) <= statements(3) + 2 < 45
