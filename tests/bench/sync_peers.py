"""The servers that are measured, each in its own process: ours, ours with rules, CouchDB if there is one."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.couch_client import Peer, couchdb
from tests.sync.server_process import ADMINISTRATOR, server_process

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Peers:
    """`process` is ours; `couchdb` None without COUCHDB_URL."""

    ours: Peer
    process: int
    couchdb: Peer | None

    def all(self) -> list[Peer]:
        """Return those to measure: CouchDB first, since it sets goals for ours."""
        return [self.ours] if self.couchdb is None else [self.couchdb, self.ours]


@contextmanager
def peers(directory: Path | None = None) -> Iterator[Peers]:
    """Run the stand-alone server on a new store, or on the one in `directory`."""
    with tempfile.TemporaryDirectory() as made, server_process(directory or Path(made)) as server:
        yield Peers(Peer("engine", server.url, ADMINISTRATOR), server.process_id, couchdb())


@contextmanager
def ruled_peer() -> Iterator[Peer]:
    """Run the engine with Escale's write rules."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "tests.bench.ruled_server", directory]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
            if process.stdout is None:
                raise RuntimeError("the process has no output")
            try:
                yield Peer("engine, rules on", process.stdout.readline().strip(), ADMINISTRATOR)
            finally:
                process.kill()
