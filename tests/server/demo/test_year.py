"""An invented year made through the real path: every figure of its report equals the truth."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel, col, func, select

from forms.load import published
from server.cli import run
from server.demo.year.plan import MISSING, NEW, OLD, Shape, plan
from server.keys.organisation import OrganisationKeys, generate
from server.projection.rebuild import Fingerprint, fingerprint, rebuild
from server.report.activity import UNSAID, Activity, activity
from server.report.scope import Scope
from server.store.database import Store
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.read import Finding, Quarantined
from sync.embedded import EmbeddedEngine
from tests.conftest import ORGANISATION
from tests.server.demo.year import FIRST_DAY, Played, play
from tests.support.organisation import NOON

pytestmark = pytest.mark.anyio
WHOLE_YEAR = os.environ.get("ESCALE_WHOLE_YEAR") == "1"
"""The whole year takes minutes: it is played when asked (``ESCALE_WHOLE_YEAR=1``)."""


@pytest.fixture(scope="module")
def keys() -> OrganisationKeys:
    return generate(ORGANISATION)


@pytest.fixture
async def played(sqlite_store: Store, engine: EmbeddedEngine, keys: OrganisationKeys) -> Played:
    size = {"weeks": 52, "expected": 20} if WHOLE_YEAR else {"weeks": 8, "expected": 5}
    return await play(sqlite_store, engine, keys, **size)


def reported(store: Store, played: Played) -> Activity:
    scope = Scope(played.plan.first_day, played.plan.last_day, (played.ground.team,))
    with store.session() as session:
        return activity(session, scope)


def codes(found: Activity, fact: str) -> dict[str, int]:
    breakdown = found.breakdowns[fact]
    return {each.code: each.count for each in (*breakdown.lines, *breakdown.missing) if each.count}


def cells(found: Activity) -> Iterator[tuple[str, int]]:
    for line in found.cross:
        for fact, counts in line.cells.items():
            for each in counts:
                yield f"{line.code}|{fact}|{each.code}", each.count
        yield f"{line.code}|both", line.both.count
        yield line.code, line.visits.count


def true_cells(played: Played) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for crossed, count in played.truth.cross.items():
        status, ald, frailty = (UNSAID if part in MISSING else part for part in crossed.split("|"))
        counted[f"{status}|long_term_condition|{ald}"] += count
        counted[f"{status}|frailty|{frailty}"] += count
        counted[status] += count
        if (ald, frailty) == ("true", "true"):
            counted[f"{status}|both"] += count
    return dict(counted)


async def test_every_figure_equals_the_truth(sqlite_store: Store, played: Played) -> None:
    found, true = reported(sqlite_store, played), played.truth
    with sqlite_store.session() as session:
        assert session.exec(select(Quarantined.reason, Quarantined.details)).all() == []
    assert (found.visits.count, found.persons) == (true.visits, true.persons)
    assert found.unidentified.count == true.unidentified
    assert {fact: codes(found, fact) for fact in true.facts} == true.facts
    assert {key: count for key, count in cells(found) if count} == true_cells(played)
    assert str(found.means["age"].value) == true.mean_age
    assert found.means["age"].n == sum(true.ages.values())
    assert (str(found.means["distance_km"].value), found.means["distance_km"].n) == (
        true.mean_distance,
        true.distances,
    )
    assert {
        line.place: {"stops": line.stops, "visits": line.visits, "persons": line.persons}
        for line in found.places
    } == true.places
    assert sum(line.visits for line in found.stops) == true.visits
    appointments = found.appointments
    assert {each.value: count for each, count in appointments.became.items()} == true.appointments
    assert appointments.walk_ins == true.walk_ins
    assert {
        "left": appointments.walk_ins_left,
        "turned_away": appointments.walk_ins_turned_away,
    } == {"left": 0, "turned_away": 0} | true.walk_ins_unseen
    assert {
        "slots": appointments.emergency_slots,
        "taken": appointments.emergency_taken,
        "honoured": appointments.emergency_honoured,
    } == true.emergency
    bands = [(0, 18), (18, 40), (40, 60), (60, 70), (70, 80), (80, 999)]
    assert [line.count for line in found.breakdowns["age"].lines] == [
        sum(count for age, count in true.ages.items() if low <= age < high) for low, high in bands
    ]


async def test_every_signature_is_counted_for_whoever_signed(sqlite_store: Store, played: Played) -> None:
    roles = {signer.member: role for role, signer in played.ground.signers.items()}
    counted: dict[str, dict[str, int]] = {}
    with sqlite_store.session() as session:
        acts = select(SignedAct.member_id, SignedAct.part, func.count()).group_by(
            col(SignedAct.member_id), col(SignedAct.part)
        )
        for member, part, count in session.exec(acts.where(col(SignedAct.cosigned).is_(False))):
            counted.setdefault(roles[member], {})[part] = count
        cosigned = session.exec(select(SignedAct.member_id).where(col(SignedAct.cosigned).is_(True))).all()
        versions = session.exec(select(SignedAct.form_version, SignedAct.visit_id).distinct())
        by_version = Counter(version for version, _ in versions)
    assert counted == played.truth.acts
    assert [roles[member] for member in cosigned] == ["doctor"] * played.truth.cosigned
    assert dict(by_version) == played.truth.versions


async def test_a_rebuild_gives_the_same_figures(
    sqlite_store: Store, engine: EmbeddedEngine, keys: OrganisationKeys, played: Played
) -> None:
    before: dict[type[SQLModel], Fingerprint] = {}
    models: tuple[type[SQLModel], ...] = (VisitFigure, VisitCode, SignedAct, Finding)
    for model in models:
        with sqlite_store.session() as session:
            before[model] = fingerprint(session, model)
    rebuilt = await rebuild(sqlite_store, engine, keys, published(), lambda: NOON)
    assert rebuilt.same, dict(rebuilt.differences)
    for model, former in before.items():
        with sqlite_store.session() as session:
            assert fingerprint(session, model) == former


def test_the_same_seed_gives_the_same_year_and_another_another() -> None:
    assert plan(3, FIRST_DAY, 2, 4) == plan(3, FIRST_DAY, 2, 4) != plan(4, FIRST_DAY, 2, 4)


def test_a_year_has_everything_that_makes_counting_hard() -> None:
    made = plan(11, FIRST_DAY, 52, 20)
    assert len(made.visits) > 3500
    assert {visit.shape for visit in made.visits} == set(Shape)
    assert {stop.version for stop in made.stops} == {OLD, NEW}
    assert len({visit.person for visit in made.visits}) < len(made.visits) * 0.7
    assert any(visit.restricted for visit in made.visits)
    assert any(visit.mishap.corrected for visit in made.visits)
    assert any(visit.mishap.spurious for visit in made.visits)
    assert any(visit.mishap.wrong_visit for visit in made.visits)
    assert made.vanished
    assert made.unseen
    told = {code for visit in made.visits for said in visit.facts.values() for code in said}
    assert told >= MISSING


def environment(path: Path) -> dict[str, str]:
    return {"ESCALE_DATA": str(path / "var"), "ESCALE_KEYS": str(path / "keys")}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--seed", "x"],
        ["--seed", "-1"],
        ["--seed", "1", "--weeks", "53"],
        ["--seed", "1", "--expected", "0"],
        ["--seed", "1", "--year", "1999"],
        ["--seed", "1", "--year", "2099"],
        ["--seed", "1", "--truth", "/nowhere/at/all.json"],
        ["--seed", "1", "--truth", "/"],
        ["--seed", "1", "--unheard-of"],
    ],
)
def test_bad_input_is_said_in_one_line(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "year", *arguments], environment(tmp_path)) == 2
    complaint = capsys.readouterr().err
    assert (complaint.count("\n"), complaint.startswith("Erreur")) == (1, True)
    assert not (tmp_path / "var" / "escale.db").exists()


def test_the_command_makes_a_year_once_and_writes_its_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["demo", "year", "--seed", "5", "--year", "2025", "--weeks", "1", "--expected", "2"]
    told = tmp_path / "truth.json"
    assert run([*arguments, "--truth", str(told)], environment(tmp_path)) == 0
    assert "4 escales sur 4" in capsys.readouterr().out
    truth = json.loads(told.read_text(encoding="utf-8"))
    assert (truth["stops"], truth["first_day"]) == (4, "2025-01-01")
    assert run(arguments, environment(tmp_path)) == 2
    assert "existent déjà" in capsys.readouterr().err
