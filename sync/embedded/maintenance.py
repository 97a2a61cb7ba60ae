"""The smaller operations on a whole database: `sync.node_engine.Maintenance` over SQLite."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from sync.embedded import compaction
from sync.embedded.catalogue import Catalogue
from sync.embedded.documents import State
from sync.embedded.purge import purge, purged_infos
from sync.embedded.readers import ReaderPool
from sync.embedded.settings import Setting, read_setting, write_setting
from sync.embedded.writer import Writer
from sync.errors import SyncError
from sync.revision import Revision

Answer = TypeVar("Answer")

log = logging.getLogger("sync.embedded")


class EmbeddedMaintenance:
    """Purges, limits, compactions; at most one compaction at once, the others wait their turn."""

    def __init__(self, catalogue: Catalogue, writer: Writer, readers: ReaderPool) -> None:
        self._catalogue = catalogue
        self._writer = writer
        self._readers = readers
        self._compacting: dict[Path, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    async def purge(self, name: str, revisions: Mapping[str, Sequence[Revision]]) -> dict[str, list[str]]:
        """Take leaves away."""
        path = self._catalogue.entry(name).path
        return await self._writer.write(path, lambda connection, state: purge(connection, state, revisions))

    async def purged_infos(self, name: str) -> list[tuple[str, list[str]]]:
        """Return what was purged lately."""
        return await self._read(name, purged_infos)

    async def revs_limit(self, name: str) -> int:
        """Return how many generations of ancestors are kept."""
        return await self._read(name, partial(read_setting, setting=Setting.REVS_LIMIT))

    async def set_revs_limit(self, name: str, limit: int) -> None:
        """Change how many generations are kept, of what is written from now on."""
        await self._set(name, Setting.REVS_LIMIT, limit)

    async def purged_infos_limit(self, name: str) -> int:
        """Return how many purges are remembered."""
        return await self._read(name, partial(read_setting, setting=Setting.PURGED_INFOS_LIMIT))

    async def set_purged_infos_limit(self, name: str, limit: int) -> None:
        """Change how many purges are remembered."""
        await self._set(name, Setting.PURGED_INFOS_LIMIT, limit)

    async def compact(self, name: str) -> None:
        """Begin to compact a database, unless this is under way."""
        path = self._catalogue.entry(name).path
        if not self.is_compacting(path):
            self._compacting[path] = asyncio.create_task(self._compact(path))

    def is_compacting(self, path: Path) -> bool:
        """Whether the database in the file at `path` is being compacted, or waits for its turn."""
        return path in self._compacting

    async def aclose(self) -> None:
        """Stop compacting between two slices."""
        tasks = list(self._compacting.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _compact(self, path: Path) -> None:
        try:
            async with self._turn:
                await self._remove_contents(path)
                while await self._writer.write(path, lambda connection, _: compaction.shrink(connection)):
                    pass
        except SyncError as error:
            # The database went, or its disk failed: whoever writes next is told.
            log.warning("a compaction ended early: %s", error.reason)
        finally:
            del self._compacting[path]

    async def _remove_contents(self, path: Path) -> None:
        sequence: int | None = 1
        while sequence is not None:
            found = await self._readers.run(path, partial(compaction.candidates, sequence=sequence))
            if found.identifiers:
                await self._writer.write(path, partial(_compact, identifiers=found.identifiers))
            sequence = found.next_sequence

    async def _set(self, name: str, setting: Setting, value: int) -> None:
        path = self._catalogue.entry(name).path
        await self._writer.write(path, lambda connection, _: write_setting(connection, setting, value))

    async def _read(self, name: str, query: Callable[[apsw.Connection], Answer]) -> Answer:
        return await self._readers.run(self._catalogue.entry(name).path, query)


def _compact(connection: apsw.Connection, _state: State, identifiers: Sequence[str]) -> None:
    compaction.compact(connection, identifiers)
