"""Fifty weeks of faults, and the proof that a week can fail (`make faults` plays a thousand)."""

import subprocess
import sys

import pytest

from tests.faults.schedules import has_processes, play

SCHEDULES = 50


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_nothing_acknowledged_is_lost_and_no_receipt_lies(seed: int) -> None:
    outcome = play(seed)

    assert outcome.faults == [], f"again: python -m tests.faults --seed {seed}"
    if not has_processes(seed):
        assert len(outcome.trace) > 100


def test_disks_that_lie_about_syncing_are_found_out() -> None:
    found = [fault for seed in range(1, 13) for fault in play(seed, lying_disks=True).faults]

    assert any("lost" in fault or "lacks" in fault for fault in found)


def test_a_seed_is_played_again_alike_by_another_process() -> None:
    again = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--seed", "7"], capture_output=True, text=True, check=True
    )

    here = play(7)
    *_, injected, verdict = again.stdout.splitlines()
    assert verdict.endswith(here.digest)
    assert "0 violations" in verdict
    assert here.injected["power losses"] > 0
    assert all(f"{count} {what}" in injected for what, count in here.injected.items())
