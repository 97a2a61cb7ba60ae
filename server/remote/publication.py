"""Carries remote doctors' answers to the tablets of the team that asked (wire §4.4)."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import select

from server.central.databases import served_databases
from server.central.documents import CentralDocument, DocumentType
from server.central.outbox_task import OutboxTask
from server.central.publisher import Central
from server.clock import local_day
from server.projection.statements import table
from server.store.control import Team
from server.store.remote import Opinion, OpinionOutbox


class _Queued(NamedTuple):
    visit_id: str
    team_id: str
    version: int


class OpinionPublication(OutboxTask):
    """Publishes opinions into the databases that the team's tablets use now.

    A database begun later does not get them again: the visit itself lies in the former one.
    """

    name = "opinions"

    def __init__(self, central: Central) -> None:
        super().__init__()
        self._central = central

    async def drain(self) -> int:
        """Publish what is queued; raises the errors of the stores, what was not published stays queued."""
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
            said = {f"{each.visit_id}:{team}": content_of(each) for each in opinions if each is not None}
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


def content_of(opinion: Opinion) -> dict[str, object]:
    """Return what is sealed to the team. Satisfaction stays at central: it is about the team's work too."""
    return {
        "visit": opinion.visit_id,
        "form": {"url": opinion.form_url, "version": opinion.form_version},
        "answers": opinion.answers,
        "signed_name": opinion.signed_name,
        "rpps": opinion.rpps,
        "at": opinion.at.isoformat(timespec="seconds"),
    }
