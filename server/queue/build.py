"""A coordinator's queue: every provider's items, with what coordinators said of each, the urgent first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from server.clock import local_day
from server.projection.acts import MAX_NOTE, QueueChange
from server.queue import afterwards, records, stands, stops
from server.queue.item import Item, Kind, Provider, Scope
from server.store.control import Member, Role, TeamDatabase, TeamMember
from server.store.follow_ups import Act

PROVIDERS: tuple[Provider, ...] = (
    records.to_correct,
    records.found,
    records.quarantined,
    stops.silent_tablets,
    stops.manifests,
    stops.photos,
    stands.labels_without_reception,
    stands.labels_swapped,
    stands.labels_given_twice,
    afterwards.probable_duplicates,
    afterwards.letters,
    afterwards.documents,
    afterwards.urgent_tasks,
    afterwards.late_tasks,
)
ACT_KIND = "queue"
_UNKNOWN_AGE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PastAct:
    """What a coordinator said of an item; ``owner`` and ``by`` are names."""

    at: datetime
    by: str
    owner: str | None
    closed: bool
    note: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An item, who looks after it, and whether it is closed. ``act_id``: the act that stands, or empty."""

    item: Item
    owner_id: str | None
    owner: str | None
    closed: bool
    act_id: str
    history: tuple[PastAct, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """``rows``: what the reader may see one by one, open and closed. ``counts``: open items of every kind.

    ``hidden``: how many open items of a kind are only counted for this reader.
    """

    rows: tuple[QueueRow, ...]
    counts: Mapping[Kind, int]
    hidden: Mapping[Kind, int]

    @property
    def open(self) -> list[QueueRow]:
        """What is still to do."""
        return [row for row in self.rows if not row.closed]

    @property
    def closed(self) -> list[QueueRow]:
        """What somebody closed and whose cause is still there."""
        return [row for row in self.rows if row.closed]

    def find(self, key: str) -> QueueRow | None:
        """Return the item of this key, if the reader may see it."""
        return next((row for row in self.rows if row.item.key == key), None)


def scope_of(session: Session, teams: Mapping[str, str], now: datetime, *, clinical: bool) -> Scope:
    """Return the scope of a coordinator of these teams."""
    databases = dict(
        session.exec(
            select(TeamDatabase.name, TeamDatabase.team_id).where(col(TeamDatabase.team_id).in_(teams))
        ).all()
    )
    return Scope(teams, databases, now, local_day(now), clinical)


def build(session: Session, scope: Scope) -> Queue:
    """Ask every provider, and put what they found in order: by urgency, then by age, the oldest first."""
    items = {item.key: item for provider in PROVIDERS for item in provider(session, scope)}
    acts = _acts(session)
    names = dict(session.exec(select(Member.id, Member.name)).all())
    ordered = sorted(items.values(), key=lambda item: (item.urgency, item.since or _UNKNOWN_AGE, item.key))
    rows = [_row(item, acts.get(item.key) or acts.get(item.also) or (), names) for item in ordered]
    shown = [row for row in rows if scope.clinical or not row.item.clinical]
    counts = Counter(row.item.kind for row in rows if not row.closed)
    visible = Counter(row.item.kind for row in shown if not row.closed)
    return Queue(
        tuple(shown),
        {kind: counts[kind] for kind in Kind},
        {kind: counts[kind] - visible[kind] for kind in Kind if counts[kind] > visible[kind]},
    )


def owners(session: Session, item: Item) -> dict[str, str]:
    """Return the coordinators who may look after an item, by id."""
    roles = [Role.CLINICAL_COORDINATOR]
    if not item.clinical:
        roles.append(Role.ADMINISTRATIVE_COORDINATOR)
    found = (
        select(Member.id, Member.name)
        .where(col(Member.role).in_(roles), col(Member.disabled).is_(False))
        .order_by(Member.name)
    )
    if item.team is not None:
        found = found.join(TeamMember, col(TeamMember.member_id) == col(Member.id)).where(
            TeamMember.team_id == item.team
        )
    return dict(session.exec(found).all())


@dataclass(frozen=True, slots=True)
class TypedChange:
    """What a coordinator typed of an item."""

    owner: str = ""
    closed: bool = False
    note: str = ""


def read(
    typed: TypedChange, item: Item, known: Mapping[str, str], *, member: str, at: datetime
) -> QueueChange | tuple[str, ...]:
    """Read what was typed; return what is wrong, as codes, when something is."""
    note = typed.note.strip()
    wrong = {
        "owner": bool(typed.owner) and typed.owner not in known,
        "note": len(typed.note) > MAX_NOTE,
        "note-missing": typed.closed and not note,
    }
    faults = tuple(code for code, is_wrong in wrong.items() if is_wrong)
    if faults:
        return faults
    return QueueChange(
        subject=item.key, member=member, at=at, owner=typed.owner or None, closed=typed.closed, note=note
    )


def _acts(session: Session) -> dict[str, list[Act]]:
    """Return the acts on items, by key, the last one last."""
    found: dict[str, list[Act]] = {}
    for act in session.exec(
        select(Act).where(Act.kind == ACT_KIND).order_by(col(Act.at), col(Act.document_id))
    ):
        found.setdefault(act.subject, []).append(act)
    return found


def _row(item: Item, acts: Sequence[Act], names: Mapping[str, str]) -> QueueRow:
    history = tuple(
        PastAct(
            at=act.at,
            by=names.get(act.member_id, ""),
            owner=names.get(act.body["owner"] or ""),
            closed=bool(act.body["closed"]),
            note=act.body["note"],
        )
        for act in reversed(acts)
    )
    last = acts[-1] if acts else None
    return QueueRow(
        item=item,
        owner_id=last.body["owner"] if last else None,
        owner=history[0].owner if history else None,
        closed=history[0].closed if history else False,
        act_id=last.document_id if last else "",
        history=history,
    )
