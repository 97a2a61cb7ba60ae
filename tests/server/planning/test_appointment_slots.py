"""Slots from a length and pauses: never across a pause, never past the closing, some kept for emergencies."""

from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.appointment_slots import MAX_SLOTS, Pause, SlotPlan, minutes_of, pauses, planned
from server.planning.typed import Unreadable


def hours(plan: SlotPlan, opens: time = time(9), closes: time = time(12)) -> list[str]:
    return [f"{slot.starts:%H:%M}{'*' if slot.emergency else ''}" for slot in planned(opens, closes, plan)]


def test_a_morning_of_half_hours_with_a_pause_and_two_emergencies() -> None:
    plan = SlotPlan(30, (Pause(10 * 60 + 30, 10 * 60 + 45),), 2)
    assert hours(plan) == ["09:00", "09:30*", "10:00", "10:45", "11:15*"]


def test_a_stop_too_short_for_one_slot_has_none() -> None:
    assert hours(SlotPlan(30), time(9), time(9, 20)) == []


def test_as_many_emergencies_as_slots_at_most() -> None:
    assert hours(SlotPlan(60, emergencies=9)) == ["09:00*", "10:00*", "11:00*"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ()),
        ("12h-13h", (Pause(720, 780),)),
        ("10h30-10h45, 12h à 14h", (Pause(630, 645), Pause(720, 840))),
        ("12:00 – 13:30", (Pause(720, 810),)),
    ],
)
def test_pauses_are_read_as_people_write_them(typed: str, read: tuple[Pause, ...]) -> None:
    assert pauses(typed) == read


@pytest.mark.parametrize("typed", ["midi", "12h", "13h-12h", "12h-12h", "10h-11h-12h"])
def test_pauses_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        pauses(typed)


MINUTES = st.integers(0, 24 * 60 - 1)


@given(
    MINUTES,
    MINUTES,
    st.integers(5, 240),
    st.lists(st.tuples(MINUTES, MINUTES), max_size=4),
    st.integers(0, 9),
)
def test_slots_fit_follow_one_another_and_avoid_pauses(
    opens: int, closes: int, length: int, spans: list[tuple[int, int]], emergencies: int
) -> None:
    breaks = tuple(Pause(min(pair), max(pair) + 1) for pair in spans)
    made = planned(
        time(opens // 60, opens % 60),
        time(closes // 60, closes % 60),
        SlotPlan(length, breaks, emergencies),
    )
    starts = [minutes_of(slot.starts) for slot in made]
    assert all(opens <= start and start + length <= closes for start in starts)
    assert all(after - before >= length for before, after in pairwise(starts))
    assert not any(pause.start < start + length and start < pause.end for pause in breaks for start in starts)
    assert sum(slot.emergency for slot in made) == min(emergencies, len(made))
    assert len(made) <= MAX_SLOTS
