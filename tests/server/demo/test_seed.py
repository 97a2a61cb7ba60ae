"""The demonstration: complete at once, kept by a second start, renewed for another day."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel import col, select

from forms.ins import text_rule_defect
from forms.load import published
from server.central import organisation
from server.central.campaign_forms import forms_of, permitted, settings_of
from server.demo import instruments
from server.demo.seed import CAMPAIGN, FORM_URL, FORM_VERSION, TEAM, prepare
from server.planning.campaigns import campaigns
from server.settings import Settings
from server.store.control import Campaign, EnrolmentCard, Member, Role, RosterEntry, Stop, Team, TeamMember
from server.store.database import Store
from tests.support.organisation import NOON


def test_everything_a_newcomer_needs_is_there(settings: Settings, store: Store) -> None:
    demonstration = prepare(settings, store, lambda: NOON)
    assert demonstration.card.link.startswith("http://localhost:8000/tablette/#e=")
    assert [who.login for who in demonstration.logins] == ["clinique", "administration"]
    assert all(who.password for who in demonstration.logins)
    with store.session() as session:
        bus = session.exec(select(Team.id).where(Team.title == TEAM)).one()
        stops = session.exec(select(Stop).where(Stop.team_id == bus).order_by(col(Stop.opens))).all()
        assert [(stop.name, stop.commune) for stop in stops] == [
            ("Belmont-de-la-Loire", "42015"),
            ("La Gresle", "42104"),
            ("Le Crozet", "42078"),
            ("Villemontais", "42331"),
        ]
        booked = select(RosterEntry).join(Stop, col(Stop.id) == col(RosterEntry.stop_id))
        assert len(session.exec(booked.where(Stop.team_id == bus)).all()) == 20
        assert len(session.exec(select(TeamMember).where(TeamMember.team_id == bus)).all()) == 4
    assert (FORM_URL, FORM_VERSION) in published()


def test_invented_people_follow_the_rules_of_identity_traits(settings: Settings, store: Store) -> None:
    prepare(settings, store, lambda: NOON)
    with store.session() as session:
        people = session.exec(select(RosterEntry)).all()
    assert len({(who.birth_name, who.first_name) for who in people}) == len(people) == 32
    for who in people:
        assert who.birth_name.startswith("FICTIF-")
        assert text_rule_defect("ins-name", who.birth_name) is None
        assert text_rule_defect("ins-first-name", who.first_name) is None


def test_a_second_start_keeps_everything_but_the_card_and_the_passwords(
    settings: Settings, store: Store
) -> None:
    first, second = (prepare(settings, store, lambda: NOON) for _ in range(2))
    assert first.card.link != second.card.link
    assert first.logins[0].password != second.logins[0].password
    with store.session() as session:
        counts = [len(session.exec(select(model)).all()) for model in (Stop, Team, Member, EnrolmentCard)]
    assert counts == [8, 5, 13, 10]


def test_another_day_adds_its_stops(settings: Settings, store: Store) -> None:
    prepare(settings, store, lambda: NOON)
    prepare(settings, store, lambda: NOON + timedelta(days=1))
    with store.session() as session:
        assert len(session.exec(select(Stop)).all()) == 16
        assert len(session.exec(select(RosterEntry)).all()) == 64


def test_its_day_is_the_one_it_is_in_paris_wherever_the_machine_is(settings: Settings, store: Store) -> None:
    after_midnight = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    prepare(settings, store, lambda: after_midnight)
    with store.session() as session:
        assert {stop.day for stop in session.exec(select(Stop))} == {date(2026, 11, 27)}


def test_a_chosen_password_is_not_replaced(settings: Settings, store: Store) -> None:
    prepare(settings, store, lambda: NOON)
    with store.session() as session:
        member = session.exec(select(Member).where(col(Member.login) == "clinique")).one()
        member.password_is_one_time, member.password_hash = False, "chosen"
    logins = {who.login: who.password for who in prepare(settings, store, lambda: NOON).logins}
    assert logins["clinique"] is None
    assert logins["administration"]
    organization, keys = organisation.load(store, settings.keys)
    assert organization.id == keys.organisation


def test_each_instrument_has_a_campaign_a_team_a_card_and_todays_stop(
    settings: Settings, store: Store
) -> None:
    demonstration = prepare(settings, store, lambda: NOON)
    made = {each.campaign: each for each in demonstration.instruments}
    assert list(made) == ["Téléconsultation EHPAD", "Repérage BPCO", "ICOPE", "Stand de prévention"]
    assert all(each.card.link.startswith("http://localhost:8000/tablette/#e=") for each in made.values())
    with store.session() as session:
        beside = session.exec(select(Campaign).where(Campaign.title != CAMPAIGN)).all()
        forms = forms_of(session, beside)
        settings_kept = settings_of(session, forms)
        for campaign in beside:
            captured = [published()[canonical] for canonical in forms[campaign.id]]
            assert captured[0].use == "record"
            assert captured[-1].use == "anonymous"
            assert permitted(captured, settings_kept[campaign.id]) == settings_kept[campaign.id]
            (stop,) = session.exec(select(Stop).where(Stop.campaign_id == campaign.id)).all()
            assert stop.day == NOON.date()
            working = session.exec(
                select(Member.role)
                .join(TeamMember, col(TeamMember.member_id) == col(Member.id))
                .where(TeamMember.team_id == stop.team_id)
            ).all()
            assert {*working} == {*Role}
        stand = session.exec(select(Stop).where(col(Stop.theme).is_not(None))).one()
        assert (stand.theme, stand.label_count) == ("respiratory", 48)
        bpco = next(campaign.id for campaign in beside if campaign.title == "Repérage BPCO")
        assert [*settings_kept[bpco].values()] == [{"mini.threshold": 0.73}]


def test_an_instrument_whose_form_is_not_published_is_left_out(settings: Settings, store: Store) -> None:
    prepare(settings, store, lambda: NOON)
    _, keys = organisation.load(store, settings.keys)
    known = {canonical: form for canonical, form in published().items() if "icope" not in canonical[0]}
    with store.session() as session:
        made = [campaign.title for campaign, _ in instruments.prepare(session, keys, known, NOON)]
    assert made == ["Téléconsultation EHPAD", "Repérage BPCO", "Stand de prévention"]


def test_the_bus_comes_first_wherever_a_campaign_or_a_team_is_chosen(
    settings: Settings, store: Store
) -> None:
    prepare(settings, store, lambda: NOON)
    with store.session() as session:
        assert campaigns(session)[0].title == CAMPAIGN
        assert session.exec(select(Team.title).order_by(Team.title)).first() == TEAM
