"""Sealing, opening and searching a team's records in Chromium, by the tablet's own code."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from forms.load import published
from tests.bench.library_page import CPU_THROTTLING, Library, call, library
from tests.bench.measurement import Measurement
from tests.support.organisation import FORM, NOON
from tests.support.records import bundle, full_answers

RECORDS = 6000
OPENED = 1000
RELOADS = 7
FIRST_GOAL_MS = 150
NEXT_GOAL_MS = 20
MEMBER = "0b2f3c5e-5a53-4d4e-9a52-3b6de1a1f001"
VISIT = "0b2f3c5e-5a53-4d4e-9a52-3b6de1a1f002"
QUERIES = ("martin", "m", "ma", "mar", "martin pa", "12/03/1958", "garcia sarah", "1958", "nobody")
"""The first opens the index; some of the next find fifty at once, some must look at every record."""


def measure() -> list[Measurement]:
    """Return the rates of sealing, opening and indexing, then the times of a first search and of the next."""
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        return _measure(playwright, Path(directory))


def _measure(playwright: Playwright, directory: Path) -> list[Measurement]:
    with library(playwright, directory) as opened:
        return [*_rates(opened), *_searches(opened)]


def _rates(opened: Library) -> list[Measurement]:
    answers = full_answers()
    content = bundle(published()[FORM], answers, MEMBER, VISIT, NOON)
    with opened.page() as page:
        sealed_ms = call(page, "seal", content, RECORDS)
        opened_ms = call(page, "open", OPENED)
        indexed = call(page, "index")
    told = f"consultations of {len(answers)} answers"
    return [
        Measurement(f"tablet: sign and seal, {told}", RECORDS / sealed_ms * 1000, "records/s"),
        Measurement(f"tablet: open and verify, {told}", OPENED / opened_ms * 1000, "records/s"),
        Measurement(
            f"tablet: build the search index of {indexed['records']} records",
            indexed["records"] / indexed["spent_ms"] * 1000,
            "records/s",
        ),
    ]


def _searches(opened: Library) -> list[Measurement]:
    first, following = [], []
    for _ in range(RELOADS):
        with opened.page(slower=CPU_THROTTLING) as page:
            answers: list[dict[str, Any]] = call(page, "search", QUERIES)
        if answers[0]["found"] == 0:
            raise RuntimeError("the index found nobody: its times would say nothing")
        first.append(answers[0]["spent_ms"])
        following.append(max(answer["spent_ms"] for answer in answers[1:]))
    told = f"in {RECORDS} records, CPU {CPU_THROTTLING}× slower"
    return [
        Measurement(
            f"tablet: first search {told}",
            statistics.median(first),
            "ms",
            FIRST_GOAL_MS,
            at_most=True,
        ),
        Measurement(
            f"tablet: slowest of {len(QUERIES) - 1} next searches {told}",
            statistics.median(following),
            "ms",
            NEXT_GOAL_MS,
            at_most=True,
        ),
    ]


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
