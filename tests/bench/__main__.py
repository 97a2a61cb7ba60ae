"""``make bench``: every number that has a goal, in one run, one after another so that none disturbs another.

It ends well whatever the numbers: they depend on the machine, and a goal that is missed is said.
"""

import sys
import time
from collections.abc import Callable

from tests.bench import (
    bench_cold_start,
    bench_entry_bundle,
    bench_idle,
    bench_people,
    bench_projection,
    bench_reports,
    bench_sync,
    bench_sync_databases,
    bench_sync_feeds,
    bench_sync_large,
    bench_sync_projected,
    bench_tablet,
    machine,
)
from tests.bench.measurement import Measurement

BENCHMARKS: dict[str, Callable[[], list[Measurement]]] = {
    "entry bundle": bench_entry_bundle.measure,
    "cold offline start": bench_cold_start.measure,
    "sealing, opening, searching": bench_tablet.measure,
    "replication engine": bench_sync.measure,
    "waiting tablets": bench_sync_feeds.measure,
    "a million documents": bench_sync_large.measure,
    "a thousand databases": bench_sync_databases.measure,
    "a thousand teams, projected": bench_sync_projected.measure,
    "matching": bench_people.measure,
    "projection": bench_projection.measure,
    "reports and lists": bench_reports.measure,
    "idle tablet": bench_idle.measure,
}
BOUND_S = 240.0
"""Nothing more is begun after it."""


def main() -> None:
    """Print the machine, then the table."""
    lines = machine.description()
    started = time.monotonic()
    for name, measure in BENCHMARKS.items():
        if time.monotonic() - started > BOUND_S:
            lines.append(f"{name}: NOT MEASURED, {BOUND_S:.0f} s are over")
            continue
        begun = time.monotonic()
        print(f"{name} … ", end="", file=sys.stderr, flush=True)
        lines += [measurement.line() for measurement in measure()]
        print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print("\n".join(["", *lines, machine.load()]))


if __name__ == "__main__":
    main()
