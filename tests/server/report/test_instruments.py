"""The figures of the instruments: each is of the records that say it, and what is not said is never in it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from server.identifiers import new_uuid
from server.projection.opinions import physician_key
from server.report import indicator
from server.report.activity import activity
from server.report.conditions import holds
from server.report.indicator import SETS, OfVisits, Result, definition_json, published, read_definition
from server.report.predicate import parse, parse_text, to_json, to_text
from server.report.scope import Scope
from server.report.view import EXACT, FEWEST, View, results_of, tables_of
from server.routes.web_catalogue import TRANSLATORS
from server.store.control import Campaign
from server.store.database import Store
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.follow_ups import Task, TaskState
from server.store.letters import Letter, LetterSending
from server.store.planning import CampaignForm
from server.store.remote import Opinion
from tests.server.report.figures import add_visit
from tests.support.organisation import DAY, NOON, Seeded

ICOPE = "icope-step1"


def visit_with(
    store: Store, team: Seeded, form: str, *, day: date = DAY, person: str = "", **said: str
) -> str:
    """A visit recorded with one form that says these facts, several codes separated by a space."""
    return visit_saying(store, team, form, said, day=day, person=person)


def visit_saying(
    store: Store, team: Seeded, form: str, said: Mapping[str, str], *, day: date = DAY, person: str = ""
) -> str:
    """The same, of facts whose names are not written out."""
    visit = add_visit(store, team, day=day, person=person or None)
    with store.session() as session:
        for item, codes in {"form": form, **said}.items():
            for code in codes.split():
                session.add(VisitCode(visit_id=visit, team_id=team.team, item=item, code=code))
    return visit


def found(store: Store, team: Seeded, predicate: dict[str, object]) -> set[str]:
    with store.session() as session:
        return set(session.exec(select(VisitFigure.visit_id).where(holds(parse(predicate)))))


def results(store: Store, team: Seeded, *forms: str, until: date = DAY) -> dict[str, Result]:
    """The default indicators of these forms over the period, by label with plain spaces."""
    with store.session() as session:
        for position, form in enumerate(forms, start=1):
            url = f"https://escale.example/fhir/Questionnaire/{form}"
            session.add(CampaignForm(campaign_id=team.campaign, url=url, version="1.0.0", position=position))
        session.flush()
        indicator.adopt(session)
        scope = Scope(DAY, until, (team.team,))
        return {
            each.indicator.label.replace("\u00a0", " "): each for each in indicator.results(session, scope)
        }


def share(result: Result) -> list[Decimal | None]:
    return [result.numerator, result.denominator]


@pytest.mark.parametrize(
    "each", [each for name in SETS for each in published(name)], ids=lambda e: e["label"]
)
def test_every_published_indicator_is_written_back_as_it_was_read(each: dict[str, object]) -> None:
    definition = read_definition(each["definition"])
    assert definition is None or definition_json(definition) == each["definition"]


@pytest.mark.parametrize(
    "each", [each for name in SETS for each in published(name)], ids=lambda e: e["label"]
)
def test_what_is_behind_every_published_indicator_can_be_named_in_an_address(each: dict[str, object]) -> None:
    definition = read_definition(each["definition"])
    if isinstance(definition, OfVisits):
        assert parse_text(to_text(definition.counted_above)) == definition.counted_above


def test_an_organisation_adopts_the_sets_of_what_its_campaigns_capture(store: Store, team: Seeded) -> None:
    assert not any(label.startswith("ICOPE") for label in results(store, team))
    with store.session() as session:
        (campaign,) = session.exec(select(Campaign).where(Campaign.id == team.campaign))
        assert campaign.form_url.endswith("medicobus-consultation")
    assert any(label.startswith("ICOPE") for label in results(store, team, ICOPE))


def test_the_alert_rate_of_a_domain_is_over_those_in_whom_it_was_assessed(store: Store, team: Seeded) -> None:
    for state in ("altered", "normal", "normal", "not_assessed", "incomplete"):
        visit_with(store, team, ICOPE, icope_vision=state)
    visit_with(store, team, ICOPE, icope_vision="no-answer")
    add_visit(store, team)
    found = results(store, team, ICOPE)
    assert share(found["ICOPE : alertes, vision"]) == [1, 3]
    assert found["ICOPE : étapes 1 réalisées"].numerator == 6


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("cognition", "cognition"),
        ("locomotion", "locomotion"),
        ("nutrition", "nutrition"),
        ("vision", "vision"),
        ("hearing", "audition"),
        ("mood", "humeur"),
    ],
)
def test_what_is_not_in_an_alert_rate_has_a_line_of_its_own(
    store: Store, team: Seeded, domain: str, words: str
) -> None:
    """Assessed and without a result kept make up all step 1: set aside, incomplete, never asked, refused."""
    fact = f"icope_{domain}"
    for state in ("altered", "normal", "not_assessed", "incomplete", "no-answer", "asked-declined"):
        visit_saying(store, team, ICOPE, {fact: state})
    for other in (domain, "other"):
        visit_saying(store, team, ICOPE, {fact: "altered", "icope_set_aside": other})
    visit_with(store, team, ICOPE)
    add_visit(store, team)
    counted = results(store, team, ICOPE)
    (left,) = (each for label, each in counted.items() if f"{words}, sans résultat retenu" in label)
    assert share(counted[f"ICOPE : alertes, {words}"]) == [2, 3]
    assert share(left) == [6, 9]


def test_a_step_2_that_nobody_decided_is_told_among_those_with_an_altered_domain(
    store: Store, team: Seeded
) -> None:
    visit_with(store, team, ICOPE, icope_mood="altered", icope_step2="accepted")
    visit_with(store, team, ICOPE, icope_mood="altered", icope_step2="postponed")
    visit_with(store, team, ICOPE, icope_mood="altered", icope_step2="no-answer")
    visit_with(store, team, ICOPE, icope_mood="normal", icope_step2="no-answer")
    counted = results(store, team, ICOPE)
    undecided = counted["ICOPE : étape 2, décision non renseignée malgré un domaine altéré"]
    assert share(undecided) == [1, 3]
    assert share(counted["ICOPE : étapes 2 reportées parmi les proposées"]) == [1, 2]


def test_who_cannot_be_recognised_is_not_lost_at_six_months(store: Store, team: Seeded) -> None:
    """Followed, not followed, not due and not identified make up all step 1, each once."""
    unknown = add_visit(store, team, identified=False)
    with store.session() as session:
        session.add(VisitCode(visit_id=unknown, team_id=team.team, item="form", code=ICOPE))
    for person, later in (("a", 180), ("b", None)):
        visit_with(store, team, ICOPE, person=person)
        if later:
            visit_with(store, team, ICOPE, person=person, day=DAY + timedelta(days=later))
    add_visit(store, team, day=DAY + timedelta(days=300))
    counted = results(store, team, ICOPE, until=DAY + timedelta(days=300))
    assert share(counted["ICOPE : revus à six mois (120 à 240 jours)"]) == [1, 2]
    assert share(counted["ICOPE : revus à six mois, délai non écoulé"]) == [1, 4]
    assert share(counted["ICOPE : revus à six mois, personne non identifiée"]) == [1, 4]


def test_acts_and_results_of_which_nothing_was_said_are_told(store: Store, team: Seeded) -> None:
    for said in ("none", "no-answer", "asked-unknown"):
        visit_with(
            store,
            team,
            "teleconsultation",
            teleconsultation_consent="yes",
            teleconsultation_incident=said,
            teleconsultation_outcome="no-answer" if said == "none" else "first_answer",
        )
    visit_with(
        store, team, "teleconsultation", teleconsultation_consent="no", teleconsultation_incident="no-answer"
    )
    visit_with(store, team, "bpco-reperage", bpco_result="no-answer")
    visit_with(store, team, "bpco-reperage", bpco_result="no_sign", bpco_review="validated")
    visit_with(store, team, "bpco-reperage", bpco_result="suspicion", bpco_review="validated")
    counted = results(store, team, "teleconsultation", "bpco-reperage")
    assert share(counted["Téléconsultations : incident technique non renseigné"]) == [2, 3]
    assert share(counted["Téléconsultations : issue non renseignée"]) == [1, 3]
    assert share(counted["Téléconsultations : accord non renseigné"]) == [0, 3]
    assert share(counted["BPCO : résultat non renseigné"]) == [1, 3]
    assert share(counted["BPCO : suspicions sans réponse du médecin connue"]) == [1, 1]


def test_a_visit_without_the_form_says_nothing_and_no_question_says_why(store: Store, team: Seeded) -> None:
    other = add_visit(store, team)
    asked = visit_with(store, team, ICOPE, icope_step2="asked-declined")
    assert found(store, team, {"fact": "icope_step2", "missing": ["no-question"]}) == {other}
    assert found(store, team, {"fact": "icope_step2", "missing": ["asked-declined"]}) == {asked}
    assert found(store, team, {"not": {"fact": "icope_step2", "in": ["accepted"]}}) == set()


@pytest.mark.parametrize(
    ("days", "code"), [(119, None), (120, "followed"), (182, "followed"), (240, "followed"), (241, None)]
)
def test_a_follow_up_at_six_months_is_the_next_step_1_within_its_window(
    store: Store, team: Seeded, days: int, code: str | None
) -> None:
    first = visit_with(store, team, ICOPE, person="someone")
    visit_with(store, team, ICOPE, person="someone", day=DAY + timedelta(days=days))
    followed = found(store, team, {"fact": "icope_follow_up", "in": ["followed"]})
    assert followed == ({first} if code else set())


def test_nobody_is_lost_before_their_time_is_over(store: Store, team: Seeded) -> None:
    seen = visit_with(store, team, ICOPE, person="someone")
    add_visit(store, team, day=DAY + timedelta(days=240))
    assert found(store, team, {"fact": "icope_follow_up", "in": ["not_followed"]}) == set()
    assert seen in found(store, team, {"fact": "icope_follow_up", "in": ["not_due"]})
    add_visit(store, team, day=DAY + timedelta(days=241))
    assert found(store, team, {"fact": "icope_follow_up", "in": ["not_followed"]}) == {seen}
    counted = results(store, team, ICOPE, until=DAY + timedelta(days=300))
    assert share(counted["ICOPE : revus à six mois (120 à 240 jours)"]) == [0, 1]


def test_a_step_2_done_later_counts_once_whoever_said_it(store: Store, team: Seeded) -> None:
    asked, told, both, not_done, refused = (
        visit_with(store, team, ICOPE, person=name, icope_step2="refused" if name == "e" else "accepted")
        for name in "abcde"
    )
    for name, said in (("b", "true"), ("c", "true"), ("d", "false"), ("e", "true")):
        visit_with(store, team, ICOPE, person=name, day=DAY + timedelta(days=180), icope_step2_before=said)
    with store.session() as session:
        for visit in (asked, both):
            session.add_all(followed(team, visit, "icope_step2", "step2.decision", "accepted", "fait"))
    counted = results(store, team, ICOPE)
    assert share(counted["ICOPE : étapes 2 réalisées parmi les acceptées ou reportées"]) == [3, 4]
    assert found(store, team, {"fact": "icope_step2_told", "in": ["done"]}) == {told, both, refused}
    assert found(store, team, {"fact": "icope_step2_told", "in": ["not_done"]}) == {not_done}


def test_a_step_2_dated_in_its_own_record_counts_whatever_the_next_step_1_says(
    store: Store, team: Seeded
) -> None:
    dated = visit_with(
        store, team, ICOPE, person="someone", icope_step2="accepted", icope_step2_on="2026-03-20"
    )
    visit_with(store, team, ICOPE, icope_step2="accepted", icope_step2_on="not-asked")
    day = DAY + timedelta(days=180)
    visit_with(store, team, ICOPE, person="someone", day=day, icope_step2_before="false")
    counted = results(store, team, ICOPE)
    assert share(counted["ICOPE : étapes 2 réalisées parmi les acceptées ou reportées"]) == [1, 2]
    assert found(store, team, {"fact": "icope_step2_told", "in": ["done"]}) == {dated}
    assert found(store, team, {"fact": "icope_step2_told", "in": ["not_done"]}) == set()


def test_a_step_1_tells_of_the_step_2_of_the_one_just_before(store: Store, team: Seeded) -> None:
    visit_with(store, team, ICOPE, person="someone", icope_step2="accepted")
    nearest = visit_with(store, team, ICOPE, person="someone", day=DAY + timedelta(days=180))
    last = DAY + timedelta(days=360)
    visit_with(store, team, ICOPE, person="someone", day=last, icope_step2_before="true")
    assert found(store, team, {"fact": "icope_step2_told", "in": ["done"]}) == {nearest}


def test_an_entry_in_the_national_tool_counts_at_once_or_later_among_those_who_agreed(
    store: Store, team: Seeded
) -> None:
    visit_with(store, team, ICOPE, icope_national="true", icope_monitor="done")
    later = visit_with(store, team, ICOPE, icope_national="true", icope_monitor="to_do")
    visit_with(store, team, ICOPE, icope_national="true", icope_monitor="to_do")
    visit_with(store, team, ICOPE, icope_national="false")
    visit_with(store, team, ICOPE, icope_national="asked-unknown")
    with store.session() as session:
        session.add_all(followed(team, later, "icope_monitor", "monitor.entry", "to_do", "saisi"))
    counted = results(store, team, ICOPE)
    assert share(counted["ICOPE : saisies dans ICOPE Monitor parmi les accords"]) == [2, 3]


def test_suspicions_their_letters_and_their_confirmation(store: Store, team: Seeded) -> None:
    written, sent, plain = (
        visit_with(store, team, "bpco-reperage", bpco_result="suspicion", bpco_review="validated")
        for _ in range(3)
    )
    visit_with(store, team, "bpco-reperage", bpco_result="suspicion", bpco_review="set_aside")
    visit_with(store, team, "bpco-reperage", bpco_result="not_interpretable", bpco_review="validated")
    for number, visit in enumerate((written, sent), start=1):
        with store.session() as session:
            session.add(letter(team, visit, number))
    with store.session() as session:
        session.add(
            LetterSending(
                id="s", letter_id=f"letter {sent}", channel="post", recipient="Dr", sent_at=NOON, sent_by="",
                recorded_at=NOON,
            )
        )  # fmt: skip
    for visit, outcome in ((written, "confirme"), (sent, "infirme"), (plain, None)):
        with store.session() as session:
            session.add_all(confirmation(team, visit, outcome))
    counted = results(store, team, "bpco-reperage")
    assert share(counted["BPCO : suspicions"]) == [3, 5]
    assert share(counted["BPCO : suspicions avec un courrier émis"]) == [2, 3]
    assert share(counted["BPCO : suspicions avec un courrier envoyé"]) == [1, 3]
    assert share(counted["BPCO : suspicions confirmées par le médecin"]) == [1, 2]
    assert share(counted["BPCO : mesures interprétables"]) == [4, 5]
    assert found(store, team, {"fact": "bpco_confirmation", "in": ["open"]}) == {plain}


def test_professionals_are_counted_once_whatever_they_signed(store: Store, team: Seeded) -> None:
    for member, visits in (("nurse", 3), ("doctor", 1)):
        for _ in range(visits):
            visit = visit_with(store, team, "teleconsultation")
            with store.session() as session:
                session.add(signed(team, visit, member))
    other = add_visit(store, team)
    with store.session() as session:
        session.add(signed(team, other, "pharmacist"))
    for act, visit in enumerate(found(store, team, {"fact": "form", "in": ["teleconsultation"]})):
        with store.session() as session:
            session.add(opinion(team, visit, name="docteur  ESSAI" if act else "Dr Éssai"))
    counted = results(store, team, "teleconsultation")
    assert counted["Téléconsultations : actes"].numerator == 4
    assert counted["Téléconsultations : professionnels distincts"].numerator == 3


LOIN, OTHER = "10003456789", "10003456706"


@pytest.mark.parametrize(
    ("answered", "doctors"),
    [
        ([("Dr Jeanne Loin", LOIN), ("Jeanne LOIN", None)], 1),
        ([("Dr Jeanne Loin", LOIN), ("Jeanne Loin", LOIN), ("Dr Jeanne Loin", None)], 1),
        ([("Dr Jeanne Loin", LOIN), ("Dr Jeanne Loin", OTHER)], 2),
        # Two of one name, and an answer that says neither number: nothing tells whose it is.
        ([("Dr Jeanne Loin", LOIN), ("Dr Jeanne Loin", OTHER), ("Dr Jeanne Loin", None)], 3),
        ([("Dr Jeanne Loin", LOIN), ("Dr Jeanne Près", None)], 2),
        ([("Dr Jeanne Loin", None), ("docteur jeanne loin", None)], 1),
        ([("Dr Jeanne Loin", LOIN), ("Dr Jean Loin", LOIN), ("Dr Jean Loin", None)], 1),
    ],
)
def test_a_doctor_who_gave_the_number_once_counts_once(
    store: Store, team: Seeded, answered: list[tuple[str, str | None]], doctors: int
) -> None:
    for name, rpps in answered:
        visit = visit_with(store, team, "teleconsultation")
        with store.session() as session:
            session.add(opinion(team, visit, name, rpps))
    counted = results(store, team, "teleconsultation")
    assert counted["Téléconsultations : professionnels distincts"].numerator == doctors


def test_a_number_given_outside_the_perimeter_tells_a_name_inside(store: Store, team: Seeded) -> None:
    """A period that holds both answers counts no more doctors than the two periods know."""
    outside = add_visit(store, team)
    with store.session() as session:
        session.add(opinion(team, outside, "Dr Jeanne Loin", LOIN))
    for name in ("Dr Jeanne Loin", "Jeanne Loin"):
        visit = visit_with(store, team, "teleconsultation")
        with store.session() as session:
            session.add(opinion(team, visit, name, LOIN if name[0] == "J" else None))
    counted = results(store, team, "teleconsultation")
    assert counted["Téléconsultations : professionnels distincts"].numerator == 1


def test_a_teleconsultation_that_the_person_refused_is_no_act(store: Store, team: Seeded) -> None:
    for consent in ("yes", "emergency", "no", "no-answer"):
        visit_with(store, team, "teleconsultation", teleconsultation_consent=consent)
    counted = results(store, team, "teleconsultation")
    assert counted["Téléconsultations : actes"].numerator == 3
    assert counted["Téléconsultations refusées par la personne"].numerator == 1
    assert share(counted["Téléconsultations : accord tracé"]) == [2, 3]
    assert share(counted["Téléconsultations : satisfaction du médecin recueillie"]) == [0, 3]


def test_an_incident_is_counted_among_acts_whose_quality_was_told(store: Store, team: Seeded) -> None:
    for incidents in ("none", "cut no_sound", "no-answer"):
        visit_with(store, team, "teleconsultation", teleconsultation_incident=incidents)
    counted = results(store, team, "teleconsultation")
    assert share(counted["Téléconsultations avec au moins un incident technique"]) == [1, 2]


def test_tables_tell_an_instrument_only_where_it_was_used(store: Store, team: Seeded) -> None:
    add_visit(store, team)
    scope = Scope(DAY, DAY, (team.team,))
    with store.session() as session:
        assert "icope_mood" not in activity(session, scope).breakdowns
    visit_with(store, team, ICOPE, icope_mood="altered")
    visit_with(store, team, ICOPE, icope_mood="no-answer")
    with store.session() as session:
        mood = activity(session, scope).breakdowns["icope_mood"]
        (table,) = (t for t in tables_of(session, scope, EXACT, TRANSLATORS["fr"]) if t.key == "icope_mood")
    assert (mood.stated, [(each.code, each.count) for each in mood.missing]) == (1, [("no-answer", 1)])
    assert table.title == "Humeur (ICOPE)"
    # One choice, over all who were asked: no note of several answers, and « Sans réponse » is in there.
    assert table.notes[0].startswith("Une réponse par passage")
    assert ([row.label for row in table.within], table.outside) == (["Sans réponse"], ())


def test_a_question_of_several_answers_says_so_and_what_is_in_its_denominator(
    store: Store, team: Seeded
) -> None:
    visit_with(store, team, "teleconsultation", teleconsultation_incident="cut no_sound")
    visit_with(store, team, "teleconsultation", teleconsultation_incident="no-answer")
    scope = Scope(DAY, DAY, (team.team,))
    with store.session() as session:
        tables = {each.key: each for each in tables_of(session, scope, EXACT, TRANSLATORS["fr"])}
    incident, booking = tables["teleconsultation_incident"], tables["booking"]
    assert incident.notes[0].startswith("Plusieurs réponses possibles")
    assert ([row.label for row in incident.within], incident.outside) == (["Sans réponse"], ())
    assert booking.within == ()
    assert booking.outside == booking.missing


def test_several_hands_of_a_stand_are_several_answers_to_one_choice(store: Store, team: Seeded) -> None:
    visit_with(store, team, "prevention-stand", stand_station="reception glucose")
    scope = Scope(DAY, DAY, (team.team,))
    with store.session() as session:
        assert activity(session, scope).breakdowns["stand_station"].plural


def letter(team: Seeded, visit: str, number: int) -> Letter:
    return Letter(
        id=f"letter {visit}", year=2026, number=number, visit_id=visit, team_id=team.team, records=[],
        recipient="Dr", content={}, pdf=b"", digest="", created_at=NOON, created_by="",
    )  # fmt: skip


def confirmation(team: Seeded, visit: str, outcome: str | None) -> list[Task | TaskState]:
    return followed(team, visit, "bpco_confirmation", "result.conclusion", "suspicion", outcome)


def followed(
    team: Seeded, visit: str, kind: str, link_id: str, code: str, outcome: str | None
) -> list[Task | TaskState]:
    key = f"{visit}:{team.team}:{link_id}:{code}"
    task = Task(
        key=key, handle=new_uuid(), kind=kind, visit_id=visit, team_id=team.team,
        stop_id=team.stop, link_id=link_id, code=code, day=DAY,
    )  # fmt: skip
    if outcome is None:
        return [task]
    state = TaskState(
        task_key=key, visit_id=visit, team_id=team.team, act_id=new_uuid(), outcome=outcome, changed_at=NOON,
        changed_by="",
    )  # fmt: skip
    return [task, state]


def opinion(team: Seeded, visit: str, name: str, rpps: str | None = None) -> Opinion:
    return Opinion(
        visit_id=visit, team_id=team.team, act_id=new_uuid(), link_id=new_uuid(), member_id="nurse",
        form_url="", form_version="", answers={}, signed_name=name, at=NOON,
        rpps=rpps, physician_key=physician_key(rpps, name),
    )  # fmt: skip


def signed(team: Seeded, visit: str, member: str) -> SignedAct:
    return SignedAct(
        record_digest=new_uuid(), member_id=member, cosigned=False, part="complete", day=DAY,
        team_id=team.team, campaign_id=team.campaign, stop_id=team.stop, visit_id=visit,
        form_url="", form_version="1.0.0",
    )  # fmt: skip


def test_valid_manoeuvres_are_added_up_over_the_tests_that_say_them(store: Store, team: Seeded) -> None:
    three = visit_with(store, team, "bpco-reperage", bpco_valid="3")
    five = visit_with(store, team, "bpco-reperage", bpco_valid="5")
    none = visit_with(store, team, "bpco-reperage", bpco_valid="0")
    visit_with(store, team, "bpco-reperage", bpco_valid="not-performed")
    visit_with(store, team, "bpco-reperage")
    total = results(store, team, "bpco-reperage")["BPCO : manœuvres acceptables"]
    assert (total.numerator, total.denominator, total.visits) == (Decimal(8), None, 3)
    assert total.above is not None
    assert found(store, team, to_json(total.above)) == {three, five, none}


def test_a_sum_that_nobody_says_is_no_zero(store: Store, team: Seeded) -> None:
    visit_with(store, team, "bpco-reperage", bpco_valid="not-performed")
    assert results(store, team, "bpco-reperage")["BPCO : manœuvres acceptables"].numerator is None


def test_a_sum_over_few_visits_is_not_for_an_administrative_coordinator(store: Store, team: Seeded) -> None:
    for _ in range(FEWEST - 1):
        visit_with(store, team, "bpco-reperage", bpco_valid="3")
    add_visit(store, team)
    label = "BPCO : manœuvres acceptables"
    results(store, team, "bpco-reperage")
    year = Scope(date(DAY.year, 1, 1), date(DAY.year, 12, 31), (team.team,))

    def withheld() -> bool:
        with store.session() as session:
            shown = results_of(session, year, View(clinical=False, unfiltered=True))
            return next(
                each.withheld for each in shown if each.indicator.label.replace("\u00a0", " ") == label
            )

    assert withheld()
    visit_with(store, team, "bpco-reperage", bpco_valid="3")
    assert not withheld()
