"""Appointment slots of a stop, made from a length and pauses, some kept for emergencies. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from server.planning import typed
from server.planning.typed import Unreadable, Why

MAX_SLOTS = 100


@dataclass(frozen=True, slots=True)
class Pause:
    """From ``start`` to ``end``, in minutes after midnight, nobody is expected."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """How slots are made: ``minutes`` long, none across a pause, ``emergencies`` of them kept."""

    minutes: int
    pauses: Sequence[Pause] = ()
    emergencies: int = 0


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot to be made."""

    starts: time
    emergency: bool


def minutes_of(hour: time) -> int:
    """Return how many minutes after midnight an hour is."""
    return hour.hour * 60 + hour.minute


def pauses(text: str) -> tuple[Pause, ...]:
    """Read « 10h30-10h45, 12h à 14h »; raise ``Unreadable``."""
    found = []
    for part in filter(None, (typed.plain(part) for part in re.split(r"[,;\n]| et ", text))):
        ends = re.split(r"\s*[-–—]\s*|\s+à\s+|\s+a\s+", part)
        if len(ends) != 2:
            raise Unreadable(Why.HOUR)
        start, end = (minutes_of(typed.hour(end).value) for end in ends)
        if start >= end:
            raise Unreadable(Why.HOUR)
        found.append(Pause(start, end))
    return tuple(found)


def planned(opens: time, closes: time, plan: SlotPlan) -> list[PlannedSlot]:
    """Return the slots from opening to closing; those kept for emergencies are spread over the stop.

    After a pause slots begin again at its end. At most ``MAX_SLOTS``.
    """
    starts: list[int] = []
    at, end = minutes_of(opens), minutes_of(closes)
    while at + plan.minutes <= end and len(starts) < MAX_SLOTS:
        across = [pause.end for pause in plan.pauses if pause.start < at + plan.minutes and at < pause.end]
        if across:
            at = max(across)
            continue
        starts.append(at)
        at += plan.minutes
    kept = _spread(len(starts), min(plan.emergencies, len(starts)))
    return [PlannedSlot(time(at // 60, at % 60), index in kept) for index, at in enumerate(starts)]


def _spread(count: int, wanted: int) -> set[int]:
    """Return ``wanted`` places among ``count``, the last of each of as many equal parts."""
    return {(part + 1) * count // wanted - 1 for part in range(wanted)} if wanted else set()
