"""A hundred thousand visits as rows, for what must stay fast however many there are.

Rows are written as the projection writes them, not sealed: this measures reading, and nothing else.
"""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from server.projection.figure_items import MISSING, SEVERAL
from server.projection.statements import insert_rows
from server.projection.visits import number
from server.report.facts import options
from server.store.control import RosterEntry, Stop
from server.store.database import Store
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.notices import Attendance, AttendanceStatus
from server.store.planning import StopSlot
from server.store.read import Answer, Record, RecordState, Visit
from tests.support.organisation import FORM, NOON, Seeded

LAST = date(2026, 12, 31)
DAYS = 5 * 365
WEEKDAYS = (0, 1, 3, 4)
"""Four stops a week."""
_PLACES = ("La Gresle", "Belmont", "Cuinzier", "Sevelinges", "Écoche", "Arcinges", "Mars", "Jarnosse")
_CHUNK = 5000
_MODELS = (Visit, Record, Answer, VisitFigure, VisitCode, SignedAct, RosterEntry, Attendance)
_BOOKINGS = ("telephone", "telephone", "internet", "sans_rdv", *MISSING)
_STATUSES = ("avec_mt", "sans_mt", "mt_non_disponible", *MISSING)
_ANSWERS = ("true", "false", "false", *MISSING)
_CODES = {item: sorted(options(link_id)) for item, link_id in SEVERAL.items()}


def fill(store: Store, seeded: Seeded, visits: int, seed: int = 1) -> None:
    """Add visits of one team over five years of stops, one record each, and what is counted of them.

    Two visits of three had an appointment, the others walked in; one appointment in ten was not kept.
    """
    drawn = random.Random(seed)
    stops = _stops(store, seeded, drawn)
    for start in range(0, visits, _CHUNK):
        made = [_rows(drawn, seeded, drawn.choice(stops)) for _ in range(min(_CHUNK, visits - start))]
        with store.session() as session:
            for model in _MODELS:
                insert_rows(session, model, [row for each in made for row in each.get(model, ())])
    tidy(store)


def tidy(store: Store) -> None:
    """Do what a database does by itself sooner or later: count its rows, mark what all may see."""
    words = "VACUUM ANALYZE" if store.engine.dialect.name == "postgresql" else "ANALYZE"
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(words))


def _stops(store: Store, seeded: Seeded, drawn: random.Random) -> list[tuple[str, date]]:
    """Plan the stops, each with slots for emergencies; return their ids and days."""
    days = [LAST - timedelta(days=back) for back in range(DAYS)]
    made = [(_identifier(drawn), day) for day in days if day.weekday() in WEEKDAYS]
    with store.session() as session:
        like = session.get_one(Stop, seeded.stop).model_dump()
        session.add_all(
            Stop(**{**like, "id": stop, "day": day, "name": drawn.choice(_PLACES)}) for stop, day in made
        )
        session.flush()
        session.add_all(
            StopSlot(id=_identifier(drawn), stop_id=stop, starts=time(hour), minutes=15, emergency=True)
            for stop, _ in made
            for hour in (10, 11)
        )
    return made


def _identifier(drawn: random.Random) -> str:
    return str(uuid.UUID(int=drawn.getrandbits(128), version=4))


def _came(drawn: random.Random, visit: str, day: date, place: dict[str, str]) -> dict[str, list[Any]]:
    """What was planned and noted at the door of a visit, and of somebody who did not come."""
    rows: dict[str, list[Any]] = defaultdict(list)
    walk_in = drawn.random() < 1 / 3
    coming = [(visit, AttendanceStatus.DONE)]
    if drawn.random() < 0.07:
        coming.append((_identifier(drawn), AttendanceStatus.ABSENT))
    for identifier, status in coming:
        unplanned = walk_in and identifier == visit
        rows["attendance"].append(_attendance(identifier, day, place, status, walk_in=unplanned))
        if not unplanned:
            rows["roster"].append(_expected(identifier, place["stop_id"]))
    return rows


def _attendance(
    visit: str, day: date, place: dict[str, str], status: AttendanceStatus, *, walk_in: bool
) -> dict[str, Any]:
    never = dict.fromkeys(("reason", "arrived_at", "with_nurse_at", "with_doctor_at", "ended_at"))
    came = {"status": status, "walk_in": walk_in, "since": NOON, "interruptions": 0}
    return {"visit_id": visit, "day": day, **never, **came, **place}


def _expected(visit: str, stop: str) -> dict[str, Any]:
    unsaid = dict.fromkeys(("slot_id", "birth_date", "sex", "commune", "phone", "person_key"))
    return {
        "id": visit,
        "stop_id": stop,
        "expected_at": time(9),
        "birth_name": "FICTIF-GRIVE",
        "first_name": "JEANNE",
        "booking": "telephone",
        "cancelled": False,
        **unsaid,
    }


def _rows(
    drawn: random.Random, seeded: Seeded, stop: tuple[str, date]
) -> dict[type[SQLModel], list[dict[str, Any]]]:
    visit = _identifier(drawn)
    digest = f"{drawn.getrandbits(256):064x}"
    stop_id, day = stop
    place = {"team_id": seeded.team, "campaign_id": seeded.campaign, "stop_id": stop_id}
    came = _came(drawn, visit, day, place)
    return {
        RosterEntry: came["roster"],
        Attendance: came["attendance"],
        Visit: [_visit(drawn, visit, day, place)],
        Record: [_record(visit, digest, place, seeded)],
        Answer: list(_answers(digest, seeded)),
        VisitFigure: [_figure(drawn, visit, day, place)],
        VisitCode: [
            {"visit_id": visit, "team_id": seeded.team, "item": item, "code": code}
            for item in ("reason", "outcome", "document")
            for code in drawn.sample(_CODES[item], drawn.choice((1, 1, 2)))
        ],
        SignedAct: [
            {
                "record_digest": digest,
                "member_id": seeded.doctor,
                "cosigned": False,
                "part": "complete",
                "day": day,
                "visit_id": visit,
                "form_url": FORM[0],
                "form_version": drawn.choice(("1.0.0", "1.1.0")),
                **place,
            }
        ],
    }


def _visit(drawn: random.Random, visit: str, day: date, place: dict[str, str]) -> dict[str, Any]:
    return {
        "id": visit,
        "day": day,
        "number": number(visit),
        "person": "FICTIF-GRIVE JEANNE",
        "birth_date": date(1950, 1, 1),
        "sex": "female",
        "commune": "42015",
        "records": 1,
        "state": drawn.choice((RecordState.INTEGRATED, RecordState.VALIDATED, RecordState.TO_CORRECT)),
        "complete": True,
        "missing": 0,
        "restricted": False,
        **place,
    }


def _record(visit: str, digest: str, place: dict[str, str], seeded: Seeded) -> dict[str, Any]:
    return {
        "digest": digest,
        "envelope_id": f"e{digest}",
        "database": seeded.database,
        "organization_id": seeded.organisation,
        "visit_id": visit,
        "device_id": seeded.doctor,
        "slot_id": seeded.doctor,
        "member_id": seeded.doctor,
        "sequence": 1,
        "previous": None,
        "signed_at": NOON,
        "clock_offset_ms": None,
        "form_url": FORM[0],
        "form_version": FORM[1],
        "form_digest": "0" * 64,
        "evaluator": "bench",
        "epoch": 1,
        "state": RecordState.INTEGRATED,
        "restricted": False,
        "content": {"filler": digest * 4},
        **place,
    }


def _answers(digest: str, seeded: Seeded) -> Iterator[dict[str, Any]]:
    for link_id in ("visit.booking", "visit.frailty", "reasons.reason"):
        yield {
            "record_digest": digest,
            "link_id": link_id,
            "position": 0,
            "item_class": "clinical",
            "absence": None,
            "value_code": "telephone",
            "author_id": seeded.doctor,
        }


def _figure(drawn: random.Random, visit: str, day: date, place: dict[str, str]) -> dict[str, Any]:
    age = drawn.choice((None, *range(1, 100)))
    distance = drawn.choice((None, *(tenths / 10 for tenths in range(300))))
    return {
        "visit_id": visit,
        "day": day,
        "person_key": f"{drawn.randrange(40_000):036d}",
        "identified": drawn.random() < 0.97,
        "sex": drawn.choice(("F", "M", *MISSING)),
        "age": age,
        "age_missing": None if age is not None else "asked-unknown",
        "commune": "42015",
        "distance_km": distance,
        "distance_missing": None if distance is not None else "asked-declined",
        "booking": drawn.choice(_BOOKINGS),
        "attending_gp": drawn.choice(_STATUSES),
        "gp_search": drawn.choice(_ANSWERS),
        "long_term_condition": drawn.choice(_ANSWERS),
        "frailty": drawn.choice(_ANSWERS),
        "legal_status": "none",
        "new_patient": drawn.choice(_ANSWERS),
        "last_seen": "never",
        "follow_up": "none",
        "sharing": "true",
        "state": "integrated",
        **place,
    }
