"""Items about what follows the visits: people who may be one, letters, documents to send, late tasks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time

from sqlmodel import Session, col, select

from forms.tasks import TaskKind, task_rules
from server.clock import PARIS
from server.follow_up import board
from server.follow_up.board import TaskRow
from server.letters import listing
from server.people.duplicates import SUBJECT
from server.queue.item import Item, Kind, Scope, Urgency, key_of
from server.store.people import Proposal, VisitIdentity

DUPLICATES = "/coordination/personnes/doublons"


def probable_duplicates(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the pairs of people who may be one, whom only the scope's teams have seen: theirs to decide."""
    seen: dict[str, set[str]] = defaultdict(set)
    proposals = session.exec(select(Proposal)).all()
    people = {key for each in proposals for key in (each.first, each.second)}
    for person, team in session.exec(
        select(VisitIdentity.person_key, VisitIdentity.team_id)
        .where(col(VisitIdentity.person_key).in_(people))
        .distinct()
    ):
        seen[person].add(team)
    for proposal in proposals:
        teams = seen[proposal.first] | seen[proposal.second]
        if not teams or not teams <= scope.teams.keys():
            continue
        yield Item(
            key=key_of(Kind.PROBABLE_DUPLICATE, proposal.key, proposal.score),
            kind=Kind.PROBABLE_DUPLICATE,
            urgency=Urgency.SOON,
            since=proposal.since,
            by_day=True,
            team=min(teams),
            what=f"{proposal.first[:4]}-{proposal.second[:4]}".upper(),
            text="queue.say.duplicate",
            parts={"score": proposal.score},
            address=DUPLICATES,
            clinical=True,
            also=SUBJECT + proposal.key,
        )


def letters(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the letters that nobody has sent, and those whose records changed after they were issued."""
    waiting = [(row, "queue.say.letter-unsent") for row in listing.unsent(session, scope.teams)]
    changed = [(row, "queue.say.letter-stale") for row in listing.stale(session, scope.teams)]
    for row, text in (*waiting, *changed):
        yield Item(
            key=key_of(Kind.LETTER, text, row.letter.id),
            kind=Kind.LETTER,
            urgency=Urgency.SOON,
            since=row.letter.created_at,
            team=row.letter.team_id,
            what=row.number,
            text=text,
            address=f"/coordination/courriers/{row.letter.id}",
            clinical=True,
        )


def documents(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the documents promised to a person and not sent yet."""
    for row in board.open_tasks_of(session, scope.teams, {TaskKind.DOCUMENT}, scope.today, clinical=True):
        yield _task(scope, Kind.DOCUMENT, row, "queue.say.document")


def urgent_tasks(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield what cannot wait until it is late: an orientation to the emergencies, suicidal words."""
    kinds = task_rules().urgent
    for row in board.open_tasks_of(session, scope.teams, kinds, scope.today, clinical=True):
        yield _task(scope, Kind.URGENT_TASK, row, f"task.kind.{row.kind.value}")


def late_tasks(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the tasks past their day; documents to send and what is urgent are kinds of their own."""
    others = {TaskKind.DOCUMENT} | task_rules().urgent
    for row in board.late_tasks(session, scope.teams, scope.today, clinical=True):
        if row.kind not in others:
            yield _task(scope, Kind.TASK, row, f"task.kind.{row.kind.value}")


def _task(scope: Scope, kind: Kind, row: TaskRow, text: str) -> Item:
    return Item(
        key=key_of(kind, row.task.key, row.due_on),
        kind=kind,
        urgency=_urgency(kind, row),
        # A stop to come may have visits already (a tablet's clock is wrong): nothing waits since tomorrow.
        since=datetime.combine(min(row.task.day, scope.today), time(), tzinfo=PARIS),
        by_day=True,
        team=row.task.team_id,
        what=row.number,
        text=text,
        address=f"/coordination/suivis/{row.task.handle}",
        waits_for=row.owner,
        clinical=row.task.restricted or task_rules().kinds[row.kind].is_clinical,
    )


def _urgency(kind: Kind, row: TaskRow) -> Urgency:
    if kind is Kind.URGENT_TASK:
        return Urgency.NOW
    return Urgency.SOON if row.late else Urgency.LATER
