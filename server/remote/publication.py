"""Carries remote doctors' answers to the tablets of the team that asked (wire §4.4)."""

import asyncio
import hashlib
import hmac
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from server.central.databases import STILL_SERVED, served_databases
from server.central.documents import CentralDocument, DocumentType
from server.central.outbox_task import OutboxTask
from server.central.publisher import Central
from server.clock import local_day
from server.projection.opinions import earlier, queue
from server.projection.people import salt
from server.projection.statements import table
from server.store.control import Member, Team
from server.store.remote import Opinion, OpinionDatabase, OpinionOutbox


class _Queued(NamedTuple):
    visit_id: str
    team_id: str
    version: int


class OpinionPublication(OutboxTask):
    """Publishes opinions into the databases that the team's tablets use now.

    A database begun later is given those of the last quarter: a tablet takes it up whenever it is back, and
    would not hear an answer that came into the former one meanwhile.
    """

    name = "opinions"

    def __init__(self, central: Central) -> None:
        super().__init__()
        self._central = central

    async def drain(self) -> int:
        """Publish what is queued; raises the errors of the stores, what was not published stays queued."""
        await asyncio.to_thread(self._begin)
        written = 0
        for team, batch in (await asyncio.to_thread(self._queued)).items():
            said, databases = await asyncio.to_thread(self._said, team, batch)
            for database in databases:
                documents = [
                    CentralDocument(DocumentType.OPINION, key, database, None, content)
                    for key, content in said.items()
                ]
                written += await self._central.publish(database, documents)
            await asyncio.to_thread(self._remove, batch)
        return written

    def _begin(self) -> None:
        """Queue what a database that is served from now on has to be given."""
        now = self._central.now()
        with self._central.store.session() as session:
            begun = set(session.exec(select(OpinionDatabase.database)))
            for team in session.exec(select(Team.id)).all():
                new = set(served_databases(session, team, local_day(now))) - begun
                if not new:
                    continue
                session.add_all(OpinionDatabase(database=each, begun_at=now) for each in sorted(new))
                recent = select(Opinion.visit_id).where(
                    Opinion.team_id == team, col(Opinion.at) >= now - STILL_SERVED
                )
                for visit in session.exec(recent).all():
                    queue(session, visit, team)

    def _queued(self) -> dict[str, list[_Queued]]:
        found: dict[str, list[_Queued]] = defaultdict(list)
        with self._central.store.session() as session:
            rows = session.exec(
                select(OpinionOutbox.visit_id, OpinionOutbox.team_id, OpinionOutbox.version).order_by(
                    OpinionOutbox.team_id, OpinionOutbox.visit_id
                )
            )
            for row in rows:
                found[row[1]].append(_Queued(*row))
        return found

    def _said(self, team: str, batch: Sequence[_Queued]) -> tuple[dict[str, dict[str, object]], list[str]]:
        with self._central.store.session() as session:
            if session.get(Team, team) is None:
                return {}, []
            opinions = (session.get(Opinion, (each.visit_id, team)) for each in batch)
            secret = salt(session)
            said = {
                document_key(secret, each.visit_id, team): content_of(session, each)
                for each in opinions
                if each is not None
            }
            return said, served_databases(session, team, local_day(self._central.now()))

    def _remove(self, batch: Sequence[_Queued]) -> None:
        """Remove what was published; an answer that came meanwhile has another version."""
        columns = table(OpinionOutbox).c
        with self._central.store.session() as session:
            for each in batch:
                session.connection().execute(
                    delete(table(OpinionOutbox)).where(
                        columns.visit_id == each.visit_id,
                        columns.team_id == each.team_id,
                        columns.version == each.version,
                    )
                )


def document_key(secret: str, visit: str, team: str) -> str:
    """Return the key of a visit's opinion (wire §4.4): it tells the visit to nobody but central."""
    digest = hmac.new(secret.encode(), f"opinion:{visit}:{team}".encode(), hashlib.sha256).hexdigest()
    return str(uuid.UUID(hex=digest[:32]))


def content_of(session: Session, opinion: Opinion) -> dict[str, object]:
    """Return what is sealed to the team. Satisfaction stays at central: it is about the team's work too."""
    asking = session.get(Member, opinion.member_id)
    return {
        "visit": opinion.visit_id,
        "form": {"url": opinion.form_url, "version": opinion.form_version},
        "answers": opinion.answers,
        "signed_name": opinion.signed_name,
        "rpps": opinion.rpps,
        "at": opinion.at.isoformat(timespec="seconds"),
        "asked_by": asking.name if asking is not None else None,
        "earlier": len(earlier(session, opinion)),
    }
