"""The day's count, from rows written as the projection writes them."""

from datetime import date, time, timedelta

from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.report.day_count import DayCount, Figures, day_count
from server.store.control import RosterEntry, Stop
from server.store.database import Store
from server.store.read import Quarantined, Record, RecordState, Visit
from tests.support.organisation import DAY, FORM, NOON, Seeded, seed_team

NONE = Figures(0, 0, 0, 0, 0, 0, 0, 0, 0)


def visit(team: Seeded, person: str | None, *, stop: str | None = None, day: date = DAY) -> Visit:
    identifier = new_uuid()
    return Visit(
        id=identifier,
        team_id=team.team,
        campaign_id=team.campaign,
        stop_id=stop or team.stop,
        day=day,
        number=identifier[:8],
        person=person,
        birth_date=date(1954, 6, 30) if person else None,
        sex="female" if person else None,
        records=1,
        state=RecordState.INTEGRATED,
        complete=True,
        missing=0,
    )


def record(of: Visit, team: Seeded, state: RecordState = RecordState.INTEGRATED) -> Record:
    return Record(
        digest=new_uuid(),
        envelope_id="e" + new_uuid(),
        database=team.database,
        organization_id=team.organisation,
        campaign_id=team.campaign,
        team_id=of.team_id,
        stop_id=of.stop_id,
        visit_id=of.id,
        device_id=new_uuid(),
        slot_id=new_uuid(),
        member_id=team.doctor,
        sequence=1,
        previous=None,
        signed_at=NOON,
        clock_offset_ms=None,
        form_url=FORM[0],
        form_version=FORM[1],
        form_digest="0" * 64,
        evaluator="tests",
        epoch=1,
        state=state,
        content={},
    )


def quarantined(team: Seeded, stop: str | None, *, replaced: bool = False) -> Quarantined:
    return Quarantined(
        database=team.database,
        envelope_id="e" + new_uuid(),
        reason="content-invalid" if stop else "decryption-failed",
        turn="author" if stop else "support",
        details=[],
        team_id=team.team if stop else None,
        stop_id=stop,
        replaced=replaced,
        first_seen_at=NOON,
    )


def counted(store: Store, team: Seeded, day: date = DAY) -> DayCount:
    with store.session() as session:
        return day_count(session, [team.team], day)


def add(store: Store, *rows: object) -> None:
    with store.session() as session:
        session.add_all(rows)


def test_a_stop_without_visit_is_listed_with_zeros(store: Store, team: Seeded) -> None:
    count = counted(store, team)
    assert [(stop.name, stop.figures) for stop in count.stops] == [("La Gresle", NONE)]
    assert (count.total, count.stop_unknown) == (NONE, 0)


def test_persons_are_distinct_and_unknown_identities_apart(store: Store, team: Seeded) -> None:
    add(store, *[visit(team, person) for person in ("MARTIN ADA", "MARTIN ADA", "DURAND NOÉ", None, None)])
    figures = counted(store, team).total
    assert (figures.visits, figures.persons, figures.identity_not_recorded) == (5, 2, 2)


def test_the_same_name_born_another_day_is_another_person(store: Store, team: Seeded) -> None:
    twin = visit(team, "MARTIN ADA")
    twin.birth_date = date(1990, 1, 1)
    add(store, visit(team, "MARTIN ADA"), twin)
    assert counted(store, team).total.persons == 2


def test_a_person_without_birth_date_is_counted_once(store: Store, team: Seeded) -> None:
    visits = [visit(team, "MARTIN ADA"), visit(team, "MARTIN ADA")]
    for each in visits:
        each.birth_date = None
    add(store, *visits)
    assert counted(store, team).total.persons == 1


def test_records_are_counted_by_state(store: Store, team: Seeded) -> None:
    seen = visit(team, "MARTIN ADA")
    add(store, seen, *[record(seen, team, state) for state in RecordState])
    figures = counted(store, team).total
    assert (figures.records, figures.validated, figures.to_correct, figures.replaced) == (4, 1, 1, 1)


def test_a_person_seen_at_two_stops_counts_once_in_the_total(store: Store, team: Seeded) -> None:
    second = Stop(
        id=new_uuid(),
        campaign_id=team.campaign,
        team_id=team.team,
        name="Le Crozet",
        commune="42076",
        latitude=46.17,
        longitude=3.86,
        day=DAY,
        opens=time(14),
        closes=time(17),
    )
    add(store, second, visit(team, "MARTIN ADA"), visit(team, "MARTIN ADA", stop=second.id))
    count = counted(store, team)
    assert [stop.figures.persons for stop in count.stops] == [1, 1]
    assert (count.total.visits, count.total.persons) == (2, 1)


def test_expected_persons_are_the_rosters(store: Store, team: Seeded) -> None:
    entry = RosterEntry(
        id=new_uuid(),
        stop_id=team.stop,
        expected_at=time(9),
        birth_name="MARTIN",
        first_name="ADA",
        birth_date=date(1954, 6, 30),
        sex="F",
        commune="42104",
        booking="telephone",
    )
    add(store, entry)
    assert counted(store, team).total.expected == 1


def test_quarantine_is_of_its_stop_when_it_is_known(store: Store, team: Seeded) -> None:
    add(store, quarantined(team, team.stop), quarantined(team, None), quarantined(team, None))
    count = counted(store, team)
    assert (count.stops[0].figures.quarantined, count.stop_unknown) == (1, 2)


def test_a_quarantined_record_that_was_corrected_is_no_longer_counted(store: Store, team: Seeded) -> None:
    add(store, quarantined(team, team.stop, replaced=True))
    assert counted(store, team).total.quarantined == 0


def test_an_envelope_that_came_another_day_is_not_counted(store: Store, team: Seeded) -> None:
    add(store, quarantined(team, None))
    assert counted(store, team, DAY + timedelta(days=1)).stop_unknown == 0


def test_another_teams_visits_are_not_counted(
    store: Store, team: Seeded, organisation_keys: OrganisationKeys
) -> None:
    with store.session() as session:
        other = seed_team(session, organisation_keys, DAY, "Équipe voisine")
    add(store, visit(other, "MARTIN ADA"), quarantined(other, None), quarantined(other, other.stop))
    count = counted(store, team)
    assert (count.total, count.stop_unknown, len(count.stops)) == (NONE, 0, 1)
    with store.session() as session:
        assert day_count(session, [], DAY).stops == ()


def test_a_stop_of_another_day_with_visits_today_is_listed(store: Store, team: Seeded) -> None:
    add(store, visit(team, "MARTIN ADA", day=DAY + timedelta(days=1)))
    count = counted(store, team, DAY + timedelta(days=1))
    assert [(stop.name, stop.figures.visits) for stop in count.stops] == [("La Gresle", 1)]
