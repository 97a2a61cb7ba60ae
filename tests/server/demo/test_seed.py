"""The demonstration: complete at once, kept by a second start, renewed for another day."""

from datetime import timedelta

from sqlmodel import col, select

from forms.ins import text_rule_defect
from forms.load import published
from server.central import organisation
from server.demo.seed import FORM_URL, FORM_VERSION, prepare
from server.settings import Settings
from server.store.control import EnrolmentCard, Member, RosterEntry, Stop, Team, TeamMember
from server.store.database import Store
from tests.support.organisation import NOON


def test_everything_a_newcomer_needs_is_there(settings: Settings, store: Store) -> None:
    demonstration = prepare(settings, store, lambda: NOON)
    assert demonstration.card.link.startswith("http://localhost:8000/tablette/#e=")
    assert [who.login for who in demonstration.logins] == ["clinique", "administration"]
    assert all(who.password for who in demonstration.logins)
    with store.session() as session:
        stops = session.exec(select(Stop).order_by(col(Stop.opens))).all()
        assert [(stop.name, stop.commune) for stop in stops] == [
            ("Belmont-de-la-Loire", "42015"),
            ("La Gresle", "42104"),
            ("Le Crozet", "42078"),
            ("Villemontais", "42331"),
        ]
        assert len(session.exec(select(RosterEntry)).all()) == 20
        assert len(session.exec(select(TeamMember)).all()) == 4
    assert (FORM_URL, FORM_VERSION) in published()


def test_invented_people_follow_the_rules_of_identity_traits(settings: Settings, store: Store) -> None:
    prepare(settings, store, lambda: NOON)
    with store.session() as session:
        people = session.exec(select(RosterEntry)).all()
    assert len({(who.birth_name, who.first_name) for who in people}) == 20
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
    assert counts == [4, 1, 4, 2]


def test_another_day_adds_its_stops(settings: Settings, store: Store) -> None:
    prepare(settings, store, lambda: NOON)
    prepare(settings, store, lambda: NOON + timedelta(days=1))
    with store.session() as session:
        assert len(session.exec(select(Stop)).all()) == 8
        assert len(session.exec(select(RosterEntry)).all()) == 40


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
