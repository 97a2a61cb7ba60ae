"""What there is to do after a visit: a task's address, a letter issued, an item in the queue."""

from datetime import date, datetime
from functools import partial

from server.identifiers import new_uuid, sha256_hex
from server.letters import content, issue
from server.letters.typed import Typed
from server.letters.visit import Forms, visit_said
from server.projection.visits import number
from server.queue.item import Kind, key_of
from server.store.database import Store
from server.store.read import Finding, FindingCode
from tests.support.organisation import DAY, NOON
from tests.support.records import SealedRecord

SEARCH = "visit.attending_gp:mt_non_disponible"
"""The task that the vectors' complete answers ask for, by item and code."""
TYPED = Typed("Dr Martin\n12 rue de l’Église", "Compte rendu", "Docteur,", "Bien à vous.")


def task_key(record: SealedRecord, task: str = SEARCH) -> str:
    """The key of a task of a record's visit."""
    return f"{record.payload['visit']}:{record.payload['team']}:{task}"


def task_handle(record: SealedRecord, task: str = SEARCH) -> str:
    """What stands for a task in addresses."""
    return sha256_hex(task_key(record, task))[:32]


def issued_letter(
    store: Store,
    forms: Forms,
    record: SealedRecord,
    *,
    member: str = "member",
    typed: Typed = TYPED,
    replaces: str | None = None,
    at: datetime = NOON,
    day: date = DAY,
) -> str:
    """Issue a letter about a record's visit; return its id."""
    visit, team = record.payload["visit"], record.payload["team"]
    with store.session() as session:
        said = visit_said(session, forms, visit, team)

        def compose(own: str, former: str) -> content.LetterContent:
            return partial(content.compose, session, said, typed)(
                visit_number=number(visit), validated_by="Cléo Essai", day=day, number=own, replaces=former
            )

        order = issue.Order(
            letter_id=new_uuid(),
            visit_id=visit,
            team_id=team,
            records=tuple(each.digest for each in said.records),
            compose=compose,
            member=member,
            replaces=replaces,
        )
        return issue.issue(session, order, at).id


def clock_finding(store: Store, database: str) -> str:
    """Record a finding on a tablet's clock; return the key of its item in the queue."""
    key = f"{FindingCode.CLOCK}:{new_uuid()}"
    with store.session() as session:
        session.add(Finding(key=key, code=FindingCode.CLOCK, database=database, details={}))
    return key_of(Kind.TABLET, key, b"{}")
