"""The monthly statement: one professional's own lines, co-signatures apart."""

from datetime import date
from typing import Any

from forms.load import published
from server.projection.figure_items import COMPLETE, PART
from server.report.statement import Statement, month_of, professionals, statement, statement_tables
from server.routes.web_catalogue import TRANSLATORS
from server.store.control import Member, Role, TeamMember
from server.store.database import Store
from server.store.figures import SignedAct
from tests.support.organisation import DAY, FORM, Seeded


def act(team: Seeded, member: str, digest: str, **changed: object) -> SignedAct:
    given: dict[str, Any] = {
        "record_digest": digest,
        "member_id": member,
        "cosigned": False,
        "part": "complete",
        "day": DAY,
        "team_id": team.team,
        "campaign_id": team.campaign,
        "stop_id": team.stop,
        "visit_id": digest,
        "form_url": FORM[0],
        "form_version": FORM[1],
        **changed,
    }
    return SignedAct(**given)


def of(store: Store, team: Seeded, member: str, *acts: SignedAct) -> Statement:
    with store.session() as session:
        session.add_all(acts)
        session.flush()
        return statement(session, session.get_one(Member, member), {team.team}, DAY)


def test_a_month_has_its_first_and_last_day() -> None:
    assert month_of(date(2028, 2, 14)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_only_ones_own_lines_of_the_month_and_the_teams_count(store: Store, team: Seeded) -> None:
    found = of(
        store,
        team,
        team.doctor,
        act(team, team.doctor, "a"),
        act(team, team.doctor, "b", part="medical"),
        act(team, team.doctor, "c", part="medical", visit_id="b"),
        act(team, team.nurse, "d"),
        act(team, team.doctor, "e", day=date(2026, 10, 31)),
        act(team, team.doctor, "f", team_id="another"),
        act(team, team.doctor, "d", cosigned=True),
    )
    assert {(line.part, line.records, line.visits) for line in found.signed} == {
        ("complete", 1, 1),
        ("medical", 2, 1),
    }
    assert [(line.records, line.stop) for line in found.cosigned] == [(1, "La Gresle")]


def test_the_tables_keep_cosignatures_apart(store: Store, team: Seeded) -> None:
    found = of(
        store, team, team.doctor, act(team, team.doctor, "a"), act(team, team.doctor, "d", cosigned=True)
    )
    tables = statement_tables(found, TRANSLATORS["fr"], lambda form: form[1])
    assert [(table.key, table.rows[-1].cells[0].count) for table in tables] == [
        ("signed", 1),
        ("signed-lines", 1),
        ("cosigned", 1),
    ]


def test_every_part_of_a_published_form_has_its_words() -> None:
    parts = {
        code for form in published().values() if PART in form.index for code in form.index[PART].options
    } | {COMPLETE}
    for language in ("fr", "en"):
        for part in parts:
            assert TRANSLATORS[language](f"statement.part.{part}")


def listed(store: Store, team: Seeded) -> set[str]:
    with store.session() as session:
        return {member.id for member in professionals(session, {team.team})}


def test_a_replacement_and_who_left_have_their_statement(store: Store, team: Seeded) -> None:
    replacement = Member(id="replacement", name="Dr Un Jour", profession="médecin", role=Role.FIELD)
    with store.session() as session:
        session.add(replacement)
        session.delete(session.get_one(TeamMember, (team.team, team.nurse)))
    assert listed(store, team) == {team.doctor}
    with store.session() as session:
        session.add_all([act(team, "replacement", "a"), act(team, team.nurse, "b", cosigned=True)])
    assert listed(store, team) == {team.doctor, team.nurse, "replacement"}


def test_who_signed_for_another_team_only_is_not_listed(store: Store, team: Seeded) -> None:
    with store.session() as session:
        session.add(Member(id="elsewhere", name="Dr Ailleurs", profession="médecin", role=Role.FIELD))
        session.flush()
        session.add(act(team, "elsewhere", "a", team_id="another"))
    assert listed(store, team) == {team.doctor, team.nurse}


def test_who_became_coordinator_keeps_the_statement_of_what_they_signed(store: Store, team: Seeded) -> None:
    with store.session() as session:
        session.add(act(team, team.clinical, "a"))
    assert listed(store, team) == {team.doctor, team.nurse, team.clinical}
