"""Items about the labels of prevention stands: lost, swapped, given twice. A label names a visit.

They are looked for when the queue is read, over the stops of the last ``LOOKED_BACK``: what a late tablet
brings puts them right by itself.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from forms.load import published
from server.clock import PARIS
from server.planning import labels
from server.projection.figure_items import BIRTH_DATE, BIRTH_YEAR, COMPLETE, PART, STATION
from server.projection.visits import number
from server.queue.item import Item, Kind, Scope, Urgency, key_of
from server.store.control import Stop
from server.store.figures import SignedAct
from server.store.people import VisitIdentity
from server.store.read import Answer, Record

LOOKED_BACK = timedelta(days=90)
"""How far back stops are looked at: the queue is read often, and labels serve one stop (said on its page)."""
WITH_IDENTITY = ("reception", COMPLETE)


def labels_without_reception(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the visits of past days of which a station signed something, and the reception nothing."""
    received = _acts(scope, col(SignedAct.part).in_(WITH_IDENTITY))
    alone = session.exec(
        select(SignedAct)
        .where(
            *_lately(scope),
            SignedAct.part == STATION,
            col(SignedAct.cosigned).is_(False),
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
    """Yield the station's records whose year, or date, of birth is not that of the person received."""
    rows = session.execute(
        select_columns(
            SignedAct,
            col(Answer.value_number),
            col(Answer.value_text),
            col(VisitIdentity.birth_date),
        )
        .join(Answer, col(Answer.record_digest) == col(SignedAct.record_digest))
        .join(
            VisitIdentity,
            (col(VisitIdentity.visit_id) == col(SignedAct.visit_id))
            & (col(VisitIdentity.team_id) == col(SignedAct.team_id)),
        )
        .where(
            *_lately(scope),
            col(SignedAct.part) == STATION,
            col(SignedAct.cosigned).is_(False),
            col(Answer.link_id).in_((BIRTH_YEAR, BIRTH_DATE)),
            col(Answer.absence).is_(None),
            col(VisitIdentity.birth_date).is_not(None),
        )
        .order_by(col(SignedAct.day), col(SignedAct.record_digest))
    )
    for act, year, told, born in rows:
        if year is not None and year != born.year:
            yield _item(session, Kind.CONFLICT, Urgency.NOW, act, "queue.say.label-swapped", year)
        elif told is not None and told != born.isoformat():
            yield _item(session, Kind.CONFLICT, Urgency.NOW, act, "queue.say.label-swapped-date", told)


def labels_given_twice(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the visits under whose label two different people were received."""
    received: dict[tuple[str, str], dict[tuple[object, object], SignedAct]] = defaultdict(dict)
    rows = session.execute(
        select_columns(SignedAct, col(Record.person), col(Record.birth_date))
        .join(Record, col(Record.digest) == col(SignedAct.record_digest))
        .where(
            *_lately(scope),
            col(SignedAct.part).in_(WITH_IDENTITY),
            col(SignedAct.cosigned).is_(False),
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
    return select(SignedAct.visit_id).where(*_lately(scope), kept)


def _lately(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Of the scope's stands, what was signed at the stops of the last days: labels serve one stop."""
    since = scope.today - LOOKED_BACK
    return _of_a_stand(), col(SignedAct.team_id).in_(scope.teams), col(SignedAct.day) >= since


def _of_a_stand() -> ColumnElement[bool]:
    """Of a form of which a station may write a part, whoever the label's reception received."""
    parts = ((url, form.index.get(PART)) for (url, _), form in published().items())
    with_stations = {url for url, part in parts if part is not None and STATION in part.options}
    return col(SignedAct.form_url).in_(with_stations)


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
