"""`_changes` of a database of a million documents, from any sequence: the first hundred rows."""

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

import apsw

from sync.embedded import EmbeddedEngine
from sync.embedded.documents import NewDocument, State, insert_new
from sync.embedded.schema import close, open_for_writing
from sync.revision import Revision
from sync.security import Security
from tests.bench.couch_client import Client, Peer
from tests.bench.measurement import Measurement
from tests.bench.sync_peers import peers

DOCUMENTS, CHUNK = 1_000_000, 20_000
ASKED, GOAL_MS = 50, 20
CONTENT = b'{"jwe":"' + b"A" * 200 + b'"}'


def measure() -> list[Measurement]:
    """Return the median and the slowest of fifty readings over HTTP, each from a random sequence."""
    with tempfile.TemporaryDirectory() as directory:
        store = Path(directory)
        asyncio.run(_created(store))
        _fill(next((store / "databases").glob("*.sqlite")))
        with peers(store) as found:
            return _read(found.ours)


async def _created(directory: Path) -> None:
    engine = await EmbeddedEngine.open(directory)
    await engine.create_database("large", Security())
    await engine.aclose()


def _fill(path: Path) -> None:
    """Write the documents with the engine's own statements, in few commits."""
    connection = open_for_writing(path)
    drawn = random.Random(1)
    for _ in range(0, DOCUMENTS, CHUNK):
        connection.execute("BEGIN IMMEDIATE")
        state = State.read(connection)
        insert_new(connection, state, [_document(drawn) for _ in range(CHUNK)])
        state.write(connection)
        connection.execute("COMMIT")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    close(connection)


def _document(drawn: random.Random) -> NewDocument:
    digest = f"{drawn.getrandbits(256):064x}"
    return NewDocument(f"e{digest}", Revision(1, digest[:32]), deleted=False, content=CONTENT)


def _read(peer: Peer) -> list[Measurement]:
    client = Client(peer)
    last, _, identity = client.get("/large")["update_seq"].partition("-")
    drawn = random.Random(2)
    taken = []
    for since in [0, int(last) - 100, *(drawn.randrange(int(last)) for _ in range(ASKED))]:
        started = time.perf_counter()
        told = client.get(f"/large/_changes?limit=100&since={since}-{identity}")
        taken.append((time.perf_counter() - started) * 1000)
        if len(told["results"]) != min(100, DOCUMENTS - since):
            raise RuntimeError("the page is not whole")
    client.close()
    name = f"{peer.name}: _changes of {DOCUMENTS:,} documents, 100 rows"
    return [
        Measurement(f"{name}, median", statistics.median(taken), "ms", GOAL_MS, at_most=True),
        Measurement(f"{name}, slowest of {ASKED}", max(taken), "ms", GOAL_MS, at_most=True),
    ]


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
