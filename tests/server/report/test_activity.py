"""The activity of a scope: each count is of the visits that its predicate opens, nothing is lost."""

from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal

import pytest
from sqlmodel import func, select

from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.projection.figure_items import MISSING
from server.report.activity import Activity, Count, activity
from server.report.activity_tables import Writer
from server.report.appointments import Became
from server.report.conditions import holds
from server.report.predicate import parse
from server.report.scope import Scope
from server.routes.web_catalogue import TRANSLATORS
from server.store.control import RosterEntry, Stop
from server.store.database import Store
from server.store.figures import VisitFigure
from server.store.notices import Attendance, AttendanceStatus
from server.store.planning import StopSlot
from tests.server.report.figures import add_visit
from tests.support.organisation import DAY, NOON, Seeded, seed_team


def scope(team: Seeded, **changed: object) -> Scope:
    return Scope(**{"first_day": DAY, "last_day": DAY, "teams": (team.team,), **changed})  # type: ignore[arg-type]


def counted(store: Store, wanted: Scope) -> Activity:
    with store.session() as session:
        return activity(session, wanted)


def second_stop(store: Store, team: Seeded, day: timedelta = timedelta(), name: str = "Le Crozet") -> str:
    stop = Stop(
        id=new_uuid(),
        campaign_id=team.campaign,
        team_id=team.team,
        name=name,
        commune="42076",
        latitude=46.17,
        longitude=3.86,
        day=DAY + day,
        opens=time(14),
        closes=time(17),
    )
    with store.session() as session:
        session.add(stop)
    return stop.id


@pytest.fixture
def varied(store: Store, team: Seeded) -> Activity:
    """Visits that differ in everything, with every way of not knowing."""
    add_visit(store, team, person="ada", booking="internet", age=71, long_term_condition="true")
    add_visit(store, team, person="ada", booking="internet", age=71, frailty="true", distance_km=0.4)
    add_visit(
        store,
        team,
        person="noe",
        attending_gp="sans_mt",
        long_term_condition="true",
        frailty="true",
        reason=("douleur", "autre"),
        sex="M",
        age=17,
    )
    for position, why in enumerate(MISSING):
        add_visit(
            store,
            team,
            identified=position > 2,
            booking=why,
            attending_gp=why,
            frailty=why,
            sex=why,
            age=why,
            distance_km=why,
            reason=(why,),
        )
    return counted(store, scope(team))


def counts(found: Activity) -> Iterator[Count]:
    yield from (found.visits, found.identified, found.unidentified)
    for breakdown in found.breakdowns.values():
        yield from breakdown.lines
        yield from breakdown.missing
    for line in found.cross:
        yield from (line.visits, line.both, *line.cells["long_term_condition"], *line.cells["frailty"])


def test_every_count_is_of_the_visits_that_it_opens(store: Store, varied: Activity) -> None:
    with store.session() as session:
        for each in counts(varied):
            behind = session.exec(
                select(func.count()).select_from(VisitFigure).where(*varied.scope.visits(), holds(each.opens))
            ).one()
            assert (each.opens, each.count) == (each.opens, behind)
        places = [(line.opens, line.visits) for line in varied.places]
        for opens, visits in places + [(line.opens, line.visits) for line in varied.stops]:
            behind = session.exec(select(func.count()).select_from(VisitFigure).where(holds(opens))).one()
            assert (opens, visits) == (opens, behind)


def test_what_nobody_said_of_several_answers_opens_its_visits(store: Store, varied: Activity) -> None:
    table = Writer(TRANSLATORS["fr"], "fr").breakdown(varied.breakdowns["reason"])
    unsaid = table.rows[-1].cells[0]
    assert table.rows[-1].label == "Non renseigné"
    assert unsaid.opens is not None
    predicate = parse(unsaid.opens)
    with store.session() as session:
        found = session.exec(select(func.count()).select_from(VisitFigure).where(holds(predicate))).one()
    assert found == unsaid.count == len(MISSING) - 1


def test_what_is_said_and_what_is_not_make_all_visits(varied: Activity) -> None:
    total = varied.visits.count
    for breakdown in varied.breakdowns.values():
        assert breakdown.stated + sum(each.count for each in breakdown.missing) == total
        if not breakdown.several:
            assert sum(line.count for line in breakdown.lines) == breakdown.stated == breakdown.denominator
    assert varied.identified.count + varied.unidentified.count == total
    assert sum(line.visits.count for line in varied.cross) == total
    for line in varied.cross:
        for cells in line.cells.values():
            assert sum(cell.count for cell in cells) == line.visits.count


def test_the_figures_of_a_day(varied: Activity) -> None:
    booking = {line.code: line.count for line in varied.breakdowns["booking"].lines if line.count}
    assert booking == {"internet": 2, "telephone": 1}
    assert varied.breakdowns["booking"].denominator == 3
    assert {each.code: each.count for each in varied.breakdowns["booking"].missing} == dict.fromkeys(
        MISSING, 1
    )
    assert (varied.visits.count, varied.persons, varied.unidentified.count) == (9, 5, 3)
    reasons = varied.breakdowns["reason"]
    assert (reasons.stated, reasons.denominator) == (3, 8)
    assert {line.code: line.count for line in reasons.lines if line.count} == {"douleur": 3, "autre": 1}


def test_a_mean_says_over_how_many_and_rounds_a_half_up(varied: Activity) -> None:
    assert (varied.means["age"].value, varied.means["age"].n) == (Decimal("53.0"), 3)
    assert (varied.means["distance_km"].value, varied.means["distance_km"].n) == (Decimal("5.1"), 3)


def test_a_mean_of_nothing_is_no_number(store: Store, team: Seeded) -> None:
    assert counted(store, scope(team)).means["age"].value is None


def test_bands_hold_their_lower_bound_only(store: Store, team: Seeded) -> None:
    for age in (17, 18, 39, 40, 79, 80):
        add_visit(store, team, age=age)
    lines = counted(store, scope(team)).breakdowns["age"].lines
    assert [line.count for line in lines] == [1, 2, 1, 0, 1, 1]


def test_medecin_traitant_is_crossed_with_ald_and_frailty(varied: Activity) -> None:
    without = next(line for line in varied.cross if line.code == "sans_mt")
    assert (without.visits.count, without.both.count) == (1, 1)
    known = next(line for line in varied.cross if line.code == "avec_mt")
    assert [cell.count for cell in known.cells["long_term_condition"]] == [1, 1, 0]
    assert [cell.count for cell in known.cells["frailty"]] == [1, 1, 0]
    unsaid = varied.cross[-1]
    assert [cell.count for cell in unsaid.cells["frailty"]] == [0, 0, 6]


def test_places_count_their_stops_visits_and_persons(store: Store, team: Seeded) -> None:
    other = second_stop(store, team)
    second_stop(store, team, timedelta(days=7))
    add_visit(store, team, person="ada")
    add_visit(store, team, person="ada", stop=other)
    add_visit(store, team, person="noe", stop=other)
    found = counted(store, scope(team, last_day=DAY + timedelta(days=30)))
    lines = {line.place: (line.stops, line.visits, line.persons) for line in found.places}
    assert lines == {"La Gresle": (1, 1, 1), "Le Crozet": (2, 2, 2)}
    assert (found.persons, [line.visits for line in found.stops]) == (2, [1, 2, 0])


def test_a_scope_keeps_its_team_campaign_period_place_and_stop(
    store: Store, team: Seeded, organisation_keys: OrganisationKeys
) -> None:
    other = second_stop(store, team)
    with store.session() as session:
        neighbour = seed_team(session, organisation_keys, DAY, "Équipe voisine")
    add_visit(store, team)
    add_visit(store, team, stop=other)
    add_visit(store, team, day=DAY + timedelta(days=1))
    add_visit(store, neighbour)
    kept = {
        "all": scope(team, teams=(team.team, neighbour.team)),
        "team": scope(team),
        "nobody": scope(team, teams=()),
        "campaign": scope(team, teams=(team.team, neighbour.team), campaign=neighbour.campaign),
        "place": scope(team, place="Le Crozet"),
        "stop": scope(team, stop=other),
        "period": scope(team, last_day=DAY + timedelta(days=1)),
    }
    found = {name: counted(store, wanted).visits.count for name, wanted in kept.items()}
    assert found == {"all": 3, "team": 2, "nobody": 0, "campaign": 1, "place": 1, "stop": 1, "period": 3}


def appointment(
    store: Store,
    team: Seeded,
    status: AttendanceStatus | None,
    *,
    slot: str | None = None,
    cancelled: bool = False,
    walk_in: bool = False,
) -> str:
    visit = new_uuid()
    with store.session() as session:
        if not walk_in:
            session.add(
                RosterEntry(
                    id=visit,
                    stop_id=team.stop,
                    slot_id=slot,
                    expected_at=time(9),
                    birth_name="MARTIN",
                    first_name="ADA",
                    booking="telephone",
                    cancelled=cancelled,
                )
            )
        if status is not None:
            session.add(
                Attendance(
                    visit_id=visit,
                    team_id=team.team,
                    campaign_id=team.campaign,
                    stop_id=team.stop,
                    day=DAY,
                    status=status,
                    walk_in=walk_in,
                    since=NOON,
                )
            )
    return visit


def test_appointments_are_what_became_of_them(store: Store, team: Seeded) -> None:
    with store.session() as session:
        for identifier, emergency in (("s1", True), ("s2", True), ("s3", True), ("s4", False)):
            session.add(
                StopSlot(id=identifier, stop_id=team.stop, starts=time(9), minutes=20, emergency=emergency)
            )
    for status in (
        AttendanceStatus.ARRIVED,
        AttendanceStatus.WITH_NURSE,
        AttendanceStatus.ABSENT,
        AttendanceStatus.LEFT,
        AttendanceStatus.TURNED_AWAY,
        AttendanceStatus.EXPECTED,
        None,
    ):
        appointment(store, team, status)
    appointment(store, team, None, cancelled=True)
    appointment(store, team, AttendanceStatus.DONE, slot="s1")
    appointment(store, team, AttendanceStatus.ABSENT, slot="s2")
    appointment(store, team, AttendanceStatus.DONE, slot="s4")
    add_visit(store, team, visit=appointment(store, team, AttendanceStatus.ABSENT))
    add_visit(store, team, visit=appointment(store, team, AttendanceStatus.DONE, walk_in=True))
    appointment(store, team, AttendanceStatus.TURNED_AWAY, walk_in=True)
    appointment(store, team, AttendanceStatus.LEFT, walk_in=True)
    found = counted(store, scope(team)).appointments
    assert found.became == {
        Became.HONOURED: 5,
        Became.ABSENT: 2,
        Became.LEFT: 1,
        Became.TURNED_AWAY: 1,
        Became.CANCELLED: 1,
        Became.UNKNOWN: 2,
    }
    assert (found.planned, found.told) == (11, 9)
    assert (found.walk_ins, found.walk_ins_left, found.walk_ins_turned_away) == (1, 1, 1)
    assert (found.emergency_slots, found.emergency_taken, found.emergency_honoured) == (3, 2, 1)
