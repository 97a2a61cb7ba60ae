"""A hundred thousand visits as rows, for what must stay fast however many there are.

Rows are written as the projection writes them, not sealed: this measures reading, and nothing else.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from server.projection.figure_items import MISSING
from server.projection.statements import insert_rows
from server.projection.visits import number
from server.store.database import Store
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.read import Answer, Record, RecordState, Visit
from tests.support.organisation import FORM, NOON, Seeded

LAST = date(2026, 12, 31)
DAYS = 5 * 365
_CHUNK = 5000
_BOOKINGS = ("telephone", "telephone", "internet", "sans_rdv", *MISSING)
_STATUSES = ("avec_mt", "sans_mt", "mt_non_disponible", *MISSING)
_ANSWERS = ("true", "false", "false", *MISSING)
_REASONS = ("renouvellement_ordonnance", "douleur", "certificat_medical", "arret_travail", "autre")


def fill(store: Store, seeded: Seeded, visits: int, seed: int = 1) -> None:
    """Add visits of one team over five years, one record each, and what is counted of them."""
    drawn = random.Random(seed)
    for start in range(0, visits, _CHUNK):
        made = [_rows(drawn, seeded) for _ in range(min(_CHUNK, visits - start))]
        with store.session() as session:
            for model in (Visit, Record, Answer, VisitFigure, VisitCode, SignedAct):
                insert_rows(session, model, [row for each in made for row in each[model]])
    tidy(store)


def tidy(store: Store) -> None:
    """Do what a database does by itself sooner or later: count its rows, mark what all may see."""
    words = "VACUUM ANALYZE" if store.engine.dialect.name == "postgresql" else "ANALYZE"
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(words))


def _rows(drawn: random.Random, seeded: Seeded) -> dict[type[SQLModel], list[dict[str, Any]]]:
    visit = str(uuid.UUID(int=drawn.getrandbits(128), version=4))
    digest = f"{drawn.getrandbits(256):064x}"
    day = LAST - timedelta(days=drawn.randrange(DAYS))
    place = {"team_id": seeded.team, "campaign_id": seeded.campaign, "stop_id": seeded.stop}
    return {
        Visit: [_visit(drawn, visit, day, place)],
        Record: [_record(visit, digest, place, seeded)],
        Answer: list(_answers(digest, seeded)),
        VisitFigure: [_figure(drawn, visit, day, place)],
        VisitCode: [
            {"visit_id": visit, "team_id": seeded.team, "item": item, "code": code}
            for item in ("reason", "outcome", "document")
            for code in drawn.sample(_REASONS, drawn.choice((1, 1, 2)))
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
