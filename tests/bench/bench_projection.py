"""Records a second through the projection: opened, verified, validated, written as rows, committed."""

import tempfile
import time
from pathlib import Path

from forms.load import published
from server.keys.organisation import generate
from server.projection import collector
from server.projection.examine import StoredDocument
from server.projection.project import Projector, read_cursor
from server.projection.reading import PAGE
from server.store import migrate
from server.store.database import Store, connect
from server.store.read import ProjectionCursor
from tests.bench.measurement import Measurement
from tests.support.organisation import NOON, Seeded, make_device, make_slot, seed
from tests.support.records import RecordWriter

ORGANISATION = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"
RECORDS = 1000
GOAL = 500


def measure() -> list[Measurement]:
    """Return records per second on SQLite with full durability, one process, full consultations."""
    with tempfile.TemporaryDirectory() as directory:
        store = Store(connect(f"sqlite:///{Path(directory) / 'escale.db'}"))
        migrate.upgrade(store.engine)
        keys = generate(ORGANISATION)
        seeded = seed(store, keys)
        slot = make_slot(store, make_device(store, seeded), seeded.nurse)
        writer = RecordWriter(seeded, keys)
        envelopes = [writer.record(slot).envelope for _ in range(RECORDS)]
        documents = [StoredDocument(each.identifier, each.revision, {"jwe": each.jwe}) for each in envelopes]
        collector.settle()
        rate = _rate(store, seeded, Projector(keys, published(), lambda: NOON), documents)
        store.close()
    return [Measurement(f"projection, pages of {PAGE}", rate, "records/s", GOAL)]


def _rate(store: Store, seeded: Seeded, projector: Projector, documents: list[StoredDocument]) -> float:
    started = time.perf_counter()
    for start in range(0, len(documents), PAGE):
        with store.session() as session:
            before = read_cursor(session, seeded.database, "bench")
        after = ProjectionCursor(database=seeded.database, instance="bench", since=str(start + PAGE))
        projector.page(store, before, after, documents[start : start + PAGE])
    return len(documents) / (time.perf_counter() - started)


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
