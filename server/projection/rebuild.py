"""The read model made again from zero, in one transaction, or compared with what would be made.

Readers keep the former rows until the end. What no document carries is kept: when each envelope was first
seen. Receipts that say what was already said are not written again.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import delete
from sqlmodel import Session, SQLModel, select

from server.central.databases import DECISIONS
from server.central.publication import Forms
from server.central.publisher import Central
from server.keys.organisation import OrganisationKeys
from server.projection import people, receipts, version
from server.projection.examine import StoredDocument
from server.projection.project import Projector, move_cursor, take_turn
from server.projection.reading import PAGE, stored_documents
from server.projection.statements import table
from server.store.control import TeamDatabase
from server.store.database import Store
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.follow_ups import Act, Task, TaskState
from server.store.notices import (
    Attendance,
    Cosignature,
    Manifest,
    Notice,
    NoticeTarget,
    Photo,
    PhotoPiece,
)
from server.store.people import IdentityPair, Person, Proposal, VisitIdentity
from server.store.read import (
    Answer,
    ChainLink,
    Decision,
    EnvelopeSeen,
    Finding,
    ProjectionCursor,
    Quarantined,
    Receipt,
    Record,
    Visit,
)
from server.store.remote import Opinion
from sync.engine import Engine
from sync.errors import DatabaseNotFound
from sync.sequence import FROM_THE_START

READ_MODEL: tuple[type[SQLModel], ...] = (
    Act,
    Answer,
    Attendance,
    ChainLink,
    Cosignature,
    Decision,
    EnvelopeSeen,
    Finding,
    IdentityPair,
    Manifest,
    Notice,
    NoticeTarget,
    Opinion,
    Person,
    Photo,
    PhotoPiece,
    Proposal,
    Quarantined,
    Receipt,
    Record,
    SignedAct,
    Task,
    TaskState,
    Visit,
    VisitCode,
    VisitFigure,
    VisitIdentity,
)
"""What is derived from the documents; cursors are not, they only say how far."""

_KEPT = (EnvelopeSeen, Receipt)
"""Brought up to date rather than emptied: first sights, and what was already said."""

PROGRESS_EVERY = 10 * PAGE
"""After how many changes a line of the log says how far a rebuild is."""

Result = TypeVar("Result")
_log = logging.getLogger(__name__)

Fingerprint = Counter[bytes]
"""Digests of a table's rows, each as often as it occurs."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found. ``differences``: by table, how many rows are not those that stood before."""

    records: int
    quarantined: int
    differences: Mapping[str, int]

    @property
    def same(self) -> bool:
        """Whether the rows that stood were exactly those that the documents give."""
        return not self.differences


async def rebuild(
    store: Store,
    engine: Engine,
    keys: OrganisationKeys,
    forms: Forms,
    now: Callable[[], datetime],
    *,
    check: bool = False,
) -> Rebuilt:
    """Make the read model again from the replication store; ``check`` only compares and changes nothing.

    Raises the errors of the stores; nothing has changed then.
    """
    projector = Projector(keys, forms, now)
    with store.session() as session:
        before, known = await _finished(_clear, session)
        for database in sorted(known):
            await _project(session, engine, projector, database)
        result = await _finished(_compared, session, before)
        if check:
            session.rollback()
        else:
            version.mark(session)
    if not check:
        await receipts.drain(store, Central(store, engine, keys, now))
    return result


def fingerprint(session: Session, model: type[SQLModel]) -> Fingerprint:
    """Return the digests of a table's rows, whatever their order."""
    rows = session.connection().execute(table(model).select()).mappings()
    return Counter(
        hashlib.sha256(orjson.dumps(dict(row), bytes.hex, option=orjson.OPT_SORT_KEYS)).digest()
        for row in rows
    )


def _clear(session: Session) -> tuple[dict[str, Fingerprint], set[str]]:
    """Empty the read model but for first sights; return what stood, and the databases to read."""
    take_turn(session)
    before = {model.__name__: fingerprint(session, model) for model in READ_MODEL}
    people.requeue(session)
    session.connection().execute(delete(table(ProjectionCursor)))
    for model in READ_MODEL:
        if model not in _KEPT:
            session.connection().execute(delete(table(model)))
    # Not accepted, an envelope is examined again, and keeps the time of its first sight.
    seen = table(EnvelopeSeen)
    session.connection().execute(seen.update().values(accepted=False, record_digest=None, epoch=None))
    return before, {DECISIONS, *session.exec(select(TeamDatabase.name))}


async def _project(session: Session, engine: Engine, projector: Projector, database: str) -> None:
    cursor = ProjectionCursor(database=database, instance=engine.instance, since=FROM_THE_START)
    pending, read = 1, 0
    while pending:
        try:
            page = await engine.changes(database, since=cursor.since, limit=PAGE, include_docs=True)
        except DatabaseNotFound:
            return
        after = ProjectionCursor(database=database, instance=engine.instance, since=page.last_seq)
        documents = stored_documents(page.results)
        await _finished(_step, session, projector, cursor, after, documents)
        cursor, pending, read = after, page.pending, read + len(page.results)
        if read % PROGRESS_EVERY == 0 or not pending:
            _log.info("the read model is being made again", extra={"database": database, "count": read})


async def _finished(work: Callable[..., Result], *arguments: Any) -> Result:
    """Do some work in a thread; cancelled, wait for its end: the session it works with is not ours before."""
    task = asyncio.create_task(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _step(
    session: Session,
    projector: Projector,
    before: ProjectionCursor,
    after: ProjectionCursor,
    documents: Sequence[StoredDocument],
) -> None:
    move_cursor(session, before, after)
    projector.write(session, projector.examine(session, before.database, documents))


def _compared(session: Session, before: Mapping[str, Fingerprint]) -> Rebuilt:
    _forget_vanished(session)
    differences = {}
    for model in READ_MODEL:
        after = fingerprint(session, model)
        former = before[model.__name__]
        changed = max((after - former).total(), (former - after).total())
        if changed:
            differences[table(model).name] = changed
    return Rebuilt(
        records=len(session.exec(select(Record.digest)).all()),
        quarantined=len(session.exec(select(Quarantined.envelope_id)).all()),
        differences=differences,
    )


def _forget_vanished(session: Session) -> None:
    """Drop what is left of envelopes that no database holds any more (a period destroyed whole)."""
    present = select(EnvelopeSeen.envelope_id).where(EnvelopeSeen.accepted)
    refused = select(Quarantined.envelope_id)
    for model in (EnvelopeSeen, Receipt):
        columns = table(model).c
        session.connection().execute(
            delete(table(model)).where(
                columns.envelope_id.not_in(present), columns.envelope_id.not_in(refused)
            )
        )
