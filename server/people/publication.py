"""Carries what is known of people to their teams: a task beside the projection, which never waits for it.

The outbox says whose documents may have to change; everything said is read again from the rows, so that doing
a batch twice, or half of it before a crash, changes nothing. A new database gets everybody seen lately.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, delete, false, or_, text
from sqlmodel import Session, select

from server.central.databases import served_databases
from server.central.documents import CentralDocument, DocumentType
from server.central.outbox_task import OutboxTask
from server.central.publication import Forms, publish_team
from server.central.publisher import Central
from server.central.roster_people import link
from server.clock import local_day
from server.people.gather import gather, months
from server.people.summary import entry, months_before, shard_of, summary, trusted
from server.projection import persons
from server.projection.identities import COLUMNS
from server.projection.statements import table
from server.store.control import Team
from server.store.people import PeopleDatabase, PersonOutbox, VisitIdentity

BATCH = 100

_QUEUE_TEAM = text(
    "INSERT INTO person_outbox (team_id, person_key, version) "
    "SELECT DISTINCT team_id, own_key, 1 FROM visit_identity "
    "WHERE team_id = :team AND day >= :oldest AND NOT restricted "
    "ON CONFLICT (team_id, person_key) DO UPDATE SET version = person_outbox.version + 1"
)


class _Queued(NamedTuple):
    person_key: str
    version: int


@dataclass(frozen=True, slots=True)
class _Said:
    """What a batch says: summaries by own key, directory shards by name."""

    people: dict[str, dict[str, object]]
    shards: dict[str, dict[str, object]]


class PeoplePublication(OutboxTask):
    """Publishes people; ``run`` is the task, ``wake`` tells it that rows may have changed."""

    name = "people"

    def __init__(self, central: Central, forms: Forms) -> None:
        super().__init__()
        self._central = central
        self._forms = forms
        self.deciding = asyncio.Lock()
        """Held by whoever decides of people: what they saw must still stand when their act is written."""

    async def drain(self) -> int:
        """Publish what is queued, and all that a new database needs; return how many documents were written.

        Raises the errors of the stores; what was not published stays queued.
        """
        written = 0
        for team in await asyncio.to_thread(self._teams):
            queued = await asyncio.to_thread(self._queued, team)
            for start in range(0, len(queued), BATCH):
                written += await self._publish(team, queued[start : start + BATCH])
            linked = bool(queued) and await asyncio.to_thread(self._link, team)
            if linked:
                await publish_team(self._central, self._forms, team)
        return written

    async def _publish(self, team: str, batch: Sequence[_Queued]) -> int:
        said, databases = await asyncio.to_thread(self._said, team, [each.person_key for each in batch])
        written = 0
        for database in databases:
            documents = [
                CentralDocument(kind, key, database, None, content)
                for kind, contents in ((DocumentType.PERSON, said.people), (DocumentType.PEOPLE, said.shards))
                for key, content in contents.items()
            ]
            written += await self._central.publish(database, documents)
        await asyncio.to_thread(self._remove, team, batch)
        return written

    def _teams(self) -> list[str]:
        """Return the teams that have something queued, once new databases were provided for."""
        today = local_day(self._central.now())
        with self._central.store.session() as session:
            oldest = months_before(today, max(months(session).values(), default=0))
            begun = set(session.exec(select(PeopleDatabase.database)))
            for team in session.exec(select(Team.id)).all():
                for database in set(served_databases(session, team, today)) - begun:
                    session.add(PeopleDatabase(database=database, begun_at=self._central.now()))
                    session.connection().execute(_QUEUE_TEAM, {"team": team, "oldest": oldest})
            session.flush()
            return sorted(session.exec(select(PersonOutbox.team_id).distinct()))

    def _queued(self, team: str) -> list[_Queued]:
        """Return what a team waits for, by shard: each is then written a few times at most."""
        with self._central.store.session() as session:
            rows = session.exec(
                select(PersonOutbox.person_key, PersonOutbox.version).where(PersonOutbox.team_id == team)
            )
            return sorted((_Queued(*row) for row in rows), key=lambda each: (shard_of(each[0]), each[0]))

    def _said(self, team: str, own: Sequence[str]) -> tuple[_Said, list[str]]:
        today = local_day(self._central.now())
        with self._central.store.session() as session:
            columns = table(VisitIdentity).c
            rows = session.connection().execute(
                select(columns.own_key, columns.person_key).where(columns.own_key.in_(own)).distinct()
            )
            persons_of = dict(tuple(row) for row in rows)
            gathered = gather(session, self._forms, team, set(persons_of.values()))
            people = {key: dict(summary(gathered, persons_of.get(key, ""), today)) for key in own}
            shards = {shard_of(key) for key in (*own, *persons_of.values())}
            oldest = months_before(today, max(gathered.months.values(), default=0))
            directory = {shard: _directory(session, team, shard, oldest) for shard in sorted(shards)}
            return _Said(people, directory), served_databases(session, team, today)

    def _link(self, team: str) -> bool:
        with self._central.store.session() as session:
            return link(session, team, local_day(self._central.now()))

    def _remove(self, team: str, batch: Collection[_Queued]) -> None:
        """Remove what was published; what was queued meanwhile for the same person has another version."""
        columns = table(PersonOutbox).c
        with self._central.store.session() as session:
            for each in batch:
                session.connection().execute(
                    delete(table(PersonOutbox)).where(
                        columns.team_id == team,
                        columns.person_key == each.person_key,
                        columns.version == each.version,
                    )
                )


def _directory(session: Session, team: str, shard: str, oldest: date) -> dict[str, object]:
    """Return one shard of a team's directory: everybody seen since ``oldest``, by person key."""
    columns = table(VisitIdentity).c
    # Four values of the first byte fall into a shard; the keys' index finds each range.
    ranges = [
        and_(columns.person_key >= f"{first:02x}", columns.person_key < f"{first:02x}g")
        for first in range(int(shard, 16), 256, 64)
    ]
    found = session.connection().execute(
        select(*(columns[name] for name in COLUMNS)).where(
            columns.team_id == team, columns.restricted == false(), or_(*ranges)
        )
    )
    people: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in found.mappings():
        people[row["person_key"]].append(dict(row))
    dead = persons.deaths(session, people)
    listed = [
        entry(rows, person, deceased=person in dead)
        for person, rows in sorted(people.items())
        if trusted(rows) and max(row["day"] for row in trusted(rows)) >= oldest
    ]
    return {"people": listed}
