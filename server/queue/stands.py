"""Items about the labels of prevention stands: lost, swapped, given twice. A label names a visit.

They are looked for when the queue is read: what a late tablet brings puts them right by itself.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.clock import PARIS
from server.planning import labels
from server.projection.visits import number
from server.queue.item import Item, Kind, Scope, Urgency, key_of
from server.store.control import Stop
from server.store.figures import SignedAct
from server.store.people import VisitIdentity
from server.store.read import Answer, Record

FORM = "/prevention-stand"
BIRTH_YEAR = "stand.birth_year"
STATION = "station"
WITH_IDENTITY = ("reception", "complete")


def labels_without_reception(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the visits of past days of which a station signed something, and the reception nothing."""
    received = _acts(scope, col(SignedAct.part).in_(WITH_IDENTITY))
    alone = session.exec(
        select(SignedAct)
        .where(
            col(SignedAct.form_url).endswith(FORM),
            SignedAct.part == STATION,
            col(SignedAct.cosigned).is_(False),
            col(SignedAct.team_id).in_(scope.teams),
            SignedAct.day < scope.today,
            col(SignedAct.visit_id).not_in(received),
        )
        .order_by(col(SignedAct.day), col(SignedAct.record_digest))
    )
    seen: set[tuple[str, str]] = set()
    for act in alone:
        if (act.visit_id, act.team_id) not in seen:
            seen.add((act.visit_id, act.team_id))
            yield _item(session, Kind.CHECK, Urgency.SOON, act, "queue.say.label-alone")


def labels_swapped(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the station's records whose year of birth is not that of the person received under the label."""
    rows = session.execute(
        select_columns(SignedAct, col(Answer.value_number), col(VisitIdentity.birth_date))
        .join(Answer, col(Answer.record_digest) == col(SignedAct.record_digest))
        .join(
            VisitIdentity,
            (col(VisitIdentity.visit_id) == col(SignedAct.visit_id))
            & (col(VisitIdentity.team_id) == col(SignedAct.team_id)),
        )
        .where(
            col(SignedAct.form_url).endswith(FORM),
            col(SignedAct.cosigned).is_(False),
            col(SignedAct.team_id).in_(scope.teams),
            col(Answer.link_id) == BIRTH_YEAR,
            col(Answer.value_number).is_not(None),
            col(VisitIdentity.birth_date).is_not(None),
        )
        .order_by(col(SignedAct.day), col(SignedAct.record_digest))
    )
    for act, year, born in rows:
        if born is not None and year != born.year:
            yield _item(session, Kind.CONFLICT, Urgency.NOW, act, "queue.say.label-swapped", year)


def labels_given_twice(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the visits under whose label two different people were received."""
    received: dict[tuple[str, str], dict[tuple[object, object], SignedAct]] = defaultdict(dict)
    rows = session.execute(
        select_columns(SignedAct, col(Record.person), col(Record.birth_date))
        .join(Record, col(Record.digest) == col(SignedAct.record_digest))
        .where(
            col(SignedAct.form_url).endswith(FORM),
            col(SignedAct.part).in_(WITH_IDENTITY),
            col(SignedAct.cosigned).is_(False),
            col(SignedAct.team_id).in_(scope.teams),
            col(Record.person).is_not(None),
        )
        .order_by(col(SignedAct.day), col(Record.signed_at), col(SignedAct.record_digest))
    )
    for act, person, born in rows:
        received[act.visit_id, act.team_id].setdefault((person, born), act)
    for people in received.values():
        if len(people) > 1:
            *_, last = people.values()
            cause = sorted(map(str, people))
            yield _item(session, Kind.CONFLICT, Urgency.NOW, last, "queue.say.label-twice", cause)


def _acts(scope: Scope, kept: ColumnElement[bool]) -> SelectOfScalar[str]:
    return select(SignedAct.visit_id).where(
        col(SignedAct.form_url).endswith(FORM), col(SignedAct.team_id).in_(scope.teams), kept
    )


def _item(session: Session, kind: Kind, urgency: Urgency, act: SignedAct, text: str, *cause: object) -> Item:
    return Item(
        key=key_of(kind, text, act.visit_id, act.team_id, *cause),
        kind=kind,
        urgency=urgency,
        since=datetime.combine(act.day, time(), tzinfo=PARIS),
        by_day=True,
        team=act.team_id,
        what=number(act.visit_id),
        text=text,
        parts={"label": _label(session, act)},
        address=f"/coordination/fiches/{act.record_digest}",
        clinical=True,
    )


def _label(session: Session, act: SignedAct) -> str:
    """Return the number on the label, after a space that does not break; nothing of another sheet's label."""
    found = labels.numbers_of(session.get(Stop, act.stop_id)).get(act.visit_id)
    return "" if found is None else f"\N{NO-BREAK SPACE}{found}"
