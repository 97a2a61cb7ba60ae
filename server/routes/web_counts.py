"""How many items wait in the queue, for the navigation and the home page: looked up once in a while."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server import clock
from server.queue import build
from server.queue.build import Queue
from server.queue.item import Kind
from server.review.reviewer import reviewer
from server.routes.web_session import PageRequest, services_of

KEPT_S = 30.0
"""How long counts are shown again before they are looked up, in seconds."""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """``open``: items that the reader may see one by one; the others as ``Queue`` says."""

    open: int
    counts: Mapping[Kind, int]
    hidden: Mapping[Kind, int]

    @classmethod
    def of(cls, queue: Queue) -> "QueueCounts":
        """Count a queue."""
        return cls(len(queue.open), queue.counts, queue.hidden)


@dataclass
class _Kept:
    """Counts by member, each with the second until which they hold."""

    by_member: dict[str, tuple[float, QueueCounts]] = field(default_factory=dict)


def queue_counts(request: PageRequest, *, look: bool) -> QueueCounts | None:
    """Return the counts of the reader's queue; None when they are not known and may not be looked up."""
    if request.user is None or request.user.must_choose_password:
        return None
    kept = _kept(request).by_member.get(request.user.member_id)
    if kept is not None and clock.monotonic_s() < kept[0]:
        return kept[1]
    if not look:
        return None
    services, coordinator = services_of(request), request.user
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        scope = build.scope_of(session, reader.teams, services.clock(), clinical=reader.is_clinical)
        return remember(request, build.build(session, scope))


def remember(request: PageRequest, queue: Queue) -> QueueCounts:
    """Keep the counts of a queue that was just built."""
    counts = QueueCounts.of(queue)
    if request.user is not None:
        _kept(request).by_member[request.user.member_id] = (clock.monotonic_s() + KEPT_S, counts)
    return counts


def forget(request: PageRequest) -> None:
    """Look every count up again: something was done."""
    _kept(request).by_member.clear()


def _kept(request: PageRequest) -> _Kept:
    state = request.app.state
    if "queue_counts" not in state:
        state.queue_counts = _Kept()
    kept: _Kept = state.queue_counts
    return kept
