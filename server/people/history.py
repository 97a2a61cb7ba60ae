"""What coordinators decided of people: the acts, those that stand, and the state that a decision rests on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from server.identifiers import sha256_hex
from server.projection.joins import subject_pair
from server.store.control import Member
from server.store.follow_ups import Act
from server.store.people import IdentityPair, VisitIdentity

JOIN_KINDS = ("merge", "separate")
VISIT_KINDS = ("detach", "attach")


@dataclass(frozen=True, slots=True)
class PastAct:
    """An act on two identities or on a visit; ``stands``: no later one on the same subject.

    ``first`` and ``second`` are own keys, None for an identity that no visit has any more; ``visit`` and
    ``team`` for an act on a visit.
    """

    document_id: str
    kind: str
    subject: str
    by: str
    at: datetime
    reason: str
    stands: bool
    first: str | None = None
    second: str | None = None
    visit: str | None = None
    team: str | None = None


def acts_on(
    session: Session, identities: Collection[str], visits: Collection[tuple[str, str]]
) -> list[PastAct]:
    """Return the acts on pairs with one of these identities, and on these visits, the latest first."""
    pairs = session.exec(
        select(IdentityPair).where(
            or_(col(IdentityPair.first).in_(identities), col(IdentityPair.second).in_(identities))
        )
    )
    subjects = [f"{each.first}+{each.second}" for each in pairs]
    subjects += [f"{visit}:{team}" for visit, team in visits]
    acts = session.exec(
        select(Act)
        .where(col(Act.kind).in_((*JOIN_KINDS, *VISIT_KINDS)), col(Act.subject).in_(subjects))
        .order_by(col(Act.at).desc(), col(Act.document_id).desc())
    ).all()
    return _told(session, acts)


def state(acts: Sequence[PastAct], *members: Collection[str]) -> str:
    """Return a digest of what a decision rests on: who is joined in whom, and the acts so far."""
    parts = [",".join(sorted(each)) for each in members]
    return sha256_hex("|".join([*parts, ",".join(sorted(act.document_id for act in acts))]))


def instant_after(acts: Sequence[PastAct], now: datetime) -> datetime:
    """Return an instant after all of these acts, whatever the clock says: the last act stands."""
    return max([now, *(act.at + timedelta(milliseconds=1) for act in acts)])


def _told(session: Session, acts: Sequence[Act]) -> list[PastAct]:
    names = dict(
        session.exec(
            select(Member.id, Member.name).where(col(Member.id).in_({act.member_id for act in acts}))
        ).all()
    )
    keys = {key for act in acts if act.kind in JOIN_KINDS for key in subject_pair(act.subject)}
    own = dict(
        session.exec(
            select(VisitIdentity.identity_key, VisitIdentity.own_key).where(
                col(VisitIdentity.identity_key).in_(keys)
            )
        ).all()
    )
    told, seen = [], set()
    for act in acts:
        first = second = visit = team = None
        if act.kind in JOIN_KINDS:
            first, second = (own.get(key) for key in subject_pair(act.subject))
        else:
            visit, _, team = act.subject.partition(":")
        told.append(
            PastAct(
                document_id=act.document_id,
                kind=act.kind,
                subject=act.subject,
                by=names.get(act.member_id, ""),
                at=act.at,
                reason=str(act.body.get("reason", "")),
                stands=act.subject not in seen,
                first=first,
                second=second,
                visit=visit,
                team=team,
            )
        )
        seen.add(act.subject)
    return told
