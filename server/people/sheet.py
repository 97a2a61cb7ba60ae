"""One person as a coordinator reads them, and what they may undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from server.people import history
from server.people.history import PastAct
from server.people.sides import Side, current_person, sides, teams_of
from server.projection.acts import ActBody, Attach, Detach, Merge, Separate

_Opposite = type[Merge] | type[Separate] | type[Detach] | type[Attach]
_OPPOSITES: Mapping[str, _Opposite] = {
    "merge": Separate,
    "separate": Merge,
    "detach": Attach,
    "attach": Detach,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A person with their history. ``whole``: every visit is of a team of the reader, who may then decide."""

    side: Side
    acts: tuple[PastAct, ...]
    whole: bool
    state: str


def sheet(session: Session, teams: Mapping[str, str], key: str) -> Sheet | None:
    """Return whom a key belongs to now, as these teams (id → title) know them; None when they know nobody."""
    person = current_person(session, key)
    side = sides(session, [person], teams).get(person) if person is not None else None
    if person is None or side is None:
        return None
    visits = [(each.visit_id, each.team_id) for each in side.visits]
    keys = {each.identity_key for each in side.identities}
    acts = history.acts_on(session, keys, visits)
    whole = teams_of(session, [person])[person] <= teams.keys()
    marks = {each.own_key for each in side.visits} | {each.visit_id for each in side.visits}
    return Sheet(side, tuple(acts) if whole else (), whole, history.state(acts, keys, marks))


def undoing(act: PastAct, member: str, at: datetime, reason: str) -> ActBody:
    """Return the act that undoes another one on the same subject."""
    return _OPPOSITES[act.kind](subject=act.subject, member=member, at=at, reason=reason)


def detaching(visit: str, team: str, member: str, at: datetime, reason: str) -> ActBody:
    """Return the act that says that a visit is another person's than its traits say."""
    return Detach(subject=f"{visit}:{team}", member=member, at=at, reason=reason)
