"""Documents a second over HTTP: `_bulk_docs` and PouchDB, beside CouchDB where COUCHDB_URL names one.

Envelopes of 2 kB, `new_edits` false, `synchronous=FULL`; one server process, its client in another. Without
a CouchDB there is no goal: those of the issue are ratios within one run.
"""

import json
import subprocess

from tests.bench.couch_client import Client, Peer, write_rate
from tests.bench.measurement import Measurement
from tests.bench.sync_peers import PROJECT, Peers, peers, ruled_peer

# How many documents each batch size is measured with, and the ratio to CouchDB that is asked.
WRITES = {1000: (20_000, 2.5), 100: (10_000, 2.0), 1: (500, None)}
REPEATED = 3
CLIENTS_EACH, PULLED = 200, 5000
POUCHDB_RATIO = 1.2


def measure() -> list[Measurement]:
    """Return writes for both kinds of ids, rules off and on, then PouchDB's pushes and pulls."""
    with peers() as found:
        measured = _writes(found) + _pouchdb(found)
    with ruled_peer() as ruled:
        return measured + [_write(ruled, batch, ordered=False) for batch in WRITES]


def _writes(found: Peers) -> list[Measurement]:
    measured = []
    for ordered in (True, False):
        for batch, (_, ratio) in WRITES.items():
            goal = None
            for peer in found.all():
                one = _write(peer, batch, ordered=ordered, goal=goal)
                measured.append(one)
                goal = None if ratio is None else ratio * one.value
    return measured


def _write(peer: Peer, batch: int, *, ordered: bool, goal: float | None = None) -> Measurement:
    count, _ = WRITES[batch]
    rate = max(write_rate(peer, count, batch, ordered=ordered) for _ in range(REPEATED))
    ids = "ids by time" if ordered else "random ids"
    return Measurement(f"{peer.name}: batches of {batch}, {ids}", rate, "docs/s", goal)


def _pouchdb(found: Peers) -> list[Measurement]:
    measured = []
    for scenario, count in (("clients", CLIENTS_EACH), ("pull", PULLED)):
        told = "20 PouchDB clients push 200 each" if scenario == "clients" else "PouchDB pulls 5,000"
        goal = None
        for peer in found.all():
            rate = max(_replicated(peer, scenario, count) for _ in range(REPEATED))
            measured.append(Measurement(f"{peer.name}: {told}", rate, "docs/s", goal))
            goal = POUCHDB_RATIO * rate
    return measured


def _replicated(peer: Peer, scenario: str, count: int) -> float:
    command = ["node", "tests/sync/pouchdb/speed.cjs", scenario, f"{peer.url}/bench-pouchdb"]
    told = subprocess.run(
        [*command, ":".join(peer.administrator), str(count)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        cwd=PROJECT,
    )
    result = json.loads(told.stdout)
    client = Client(peer)
    client.send("DELETE", "/bench-pouchdb")
    client.close()
    return float(result["documents"] / result["ms"] * 1000)


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
