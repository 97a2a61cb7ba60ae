"""`python -m tests.faults`: many schedules, on every core; `--seed N`: one, with all that happens in it."""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.faults.outcome import Outcome
from tests.faults.schedules import has_processes, play

_TOLD_EVERY = 50
_PLAYED_BY_ONE_POOL = 200


def one(seed: int) -> int:
    """Play one schedule and tell all of it."""
    outcome = play(seed)
    print(*outcome.trace, sep="\n")
    for fault in outcome.faults:
        print(f"VIOLATION {fault}")
    told = ", ".join(f"{count} {what}" for what, count in outcome.injected.items())
    print(f"seed {seed}: injected {told}")
    print(f"seed {seed}: {len(outcome.faults)} violations, {len(outcome.trace)} events, {outcome.digest}")
    return 1 if outcome.faults else 0


def many(first: int, number: int, processes: int) -> int:
    """Play schedules on several cores; tell each that fails, and how to play it again."""
    began = time.monotonic()
    failed: list[Outcome] = []
    seeds = range(first, first + number)
    for done, outcome in enumerate(_played(seeds, processes), start=1):
        if outcome.faults:
            failed.append(outcome)
            print(f"seed {outcome.seed}: {outcome.faults[0]} (and {len(outcome.faults) - 1} more)")
            print(f"  again: python -m tests.faults --seed {outcome.seed}", flush=True)
        if done % _TOLD_EVERY == 0 or done == number:
            print(f"{done} of {number}, {len(failed)} failed", flush=True)
    with_processes = sum(1 for seed in seeds if has_processes(seed))
    print(
        f"{number} schedules in {time.monotonic() - began:.0f} s, {with_processes} of them with processes "
        f"that were killed: {len(failed)} failed"
    )
    return 1 if failed else 0


def _played(seeds: range, processes: int) -> Iterator[Outcome]:
    """Play schedules in fresh processes every so often.

    A pool's own `max_tasks_per_child` waits for ever once the children's tasks are used up (CPython 3.11,
    issue 115634).
    """
    context = multiprocessing.get_context("spawn")
    for start in range(0, len(seeds), _PLAYED_BY_ONE_POOL):
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            playing = [pool.submit(play, seed) for seed in seeds[start : start + _PLAYED_BY_ONE_POOL]]
            for future in as_completed(playing):
                yield future.result()


def main() -> None:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one only")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    sys.exit(one(asked.seed) if asked.seed is not None else many(asked.first, asked.number, asked.processes))


if __name__ == "__main__":
    main()
