"""Gaps, forks and broken links of a device's chain, from any order of its records."""

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from server.projection.chain import Link, findings_of
from server.store.read import FindingCode


def _chain(length: int) -> list[Link]:
    return [Link(f"r{n}", n, f"r{n - 1}" if n > 1 else None) for n in range(1, length + 1)]


def _codes(links: Sequence[Link]) -> list[FindingCode]:
    return sorted(finding["code"] for finding in findings_of("device", "database", links))


@given(length=st.integers(0, 30), seed=st.integers(0, 99))
def test_a_whole_chain_has_no_finding_in_any_order(length: int, seed: int) -> None:
    links = _chain(length)
    random.Random(seed).shuffle(links)
    assert _codes(links) == []


@given(length=st.integers(2, 30), data=st.data())
def test_every_missing_record_but_the_last_shows(length: int, data: st.DataObject) -> None:
    missing = data.draw(st.sets(st.integers(1, length - 1), min_size=1))
    (gap,) = findings_of(
        "device", "database", [link for link in _chain(length) if link.sequence not in missing]
    )
    ranges = gap["details"]["missing"]
    assert {n for first, last in ranges for n in range(first, last + 1)} == missing


def test_two_records_of_one_sequence_are_a_fork_that_names_both() -> None:
    (fork,) = findings_of("device", "database", [*_chain(2), Link("other", 2, "r1")])
    assert fork["code"] is FindingCode.SEQUENCE_FORK
    assert fork["details"] == {"sequence": 2, "records": ["other", "r2"]}


def test_a_link_to_another_record_than_the_one_before_is_broken() -> None:
    assert _codes([*_chain(1), Link("r2", 2, "elsewhere")]) == [FindingCode.CHAIN_BROKEN]


def test_a_link_to_a_record_not_arrived_is_a_gap_and_not_a_break() -> None:
    assert _codes([*_chain(1), Link("r3", 3, "r2")]) == [FindingCode.SEQUENCE_GAP]


def test_either_branch_of_a_fork_may_be_continued() -> None:
    assert _codes([*_chain(1), Link("other", 1, None), Link("r2", 2, "other")]) == [FindingCode.SEQUENCE_FORK]
