"""Links that fail, peers that refuse or become others: what a replication does, and what it tells."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import Limits
from sync.replicator import EnginePeer, HttpPeer, Options, Replication, State, Status, TokenAuth
from sync.replicator.pace import LONGEST_DELAY_S, delay_s
from sync.replicator.states import FINAL, TRANSITIONS
from tests.sync.envelopes import replicated
from tests.sync.replicator.world import (
    Link,
    Time,
    arrived,
    contents,
    peer_over,
    pushed,
    some,
    times,
    transport_to,
)

pytestmark = pytest.mark.anyio


async def test_a_batch_too_large_for_the_target_is_cut_until_it_fits(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(40, characters=1000), new_edits=False)
    link = Link(transport_to(target, limits=Limits(body_bytes=5_000)))

    status = await pushed(source, link, time)

    assert (status.state, status.docs_written, status.docs_denied) == (State.STOPPED, 40, 0)
    assert time.waits_s == [], "smaller at once, without waiting"


async def test_a_document_too_large_by_itself_is_denied_by_name_and_the_others_arrive(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(20), new_edits=False)
    await source.write("t1", [replicated("huge", "1-a", value="x" * 9_000)], new_edits=False)
    await source.write("t1", [replicated("after", "1-a")], new_edits=False)

    status = await pushed(source, Link(transport_to(target, limits=Limits(body_bytes=5_000))), time)

    assert (status.state, status.docs_written) == (State.STOPPED, 21)
    assert [(one.identifier, one.revision, one.error) for one in status.denied] == [
        ("huge", "1-a", "too_large")
    ]
    later = await pushed(source, Link(transport_to(target)), time)
    assert (later.docs_written, later.denied) == (1, ()), "offered again, once it is let by"


async def test_a_document_on_which_the_target_stumbles_is_denied_and_the_others_arrive(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", [*some(20), replicated("poison", "1-a")], new_edits=False)
    link = Link(transport_to(target))

    def stumble(request: httpx.Request) -> httpx.Response | None:
        poisoned = request.url.path.endswith("_bulk_docs") and b"poison" in request.content
        return httpx.Response(500, json={"error": "badmatch", "reason": "?"}) if poisoned else None

    link.before = stumble

    status = await pushed(source, link, time)

    assert (status.state, status.docs_written) == (State.STOPPED, 20)
    assert [(one.identifier, one.error) for one in status.denied] == [("poison", "badmatch")]


async def test_a_target_that_stumbles_on_everything_is_not_taken_for_bad_documents(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(60), new_edits=False)
    link = Link(transport_to(target))
    link.before = times(10**6, "/_bulk_docs", lambda: httpx.Response(500, json={"error": "broken"}))

    ended = [(await pushed(source, link, time)).state for _ in range(6)]
    link.before = lambda _request: None
    healed = await pushed(source, link, time)

    assert set(ended) == {State.FAILED}
    assert healed.state is State.STOPPED
    assert len(await contents(target)) == 60


@pytest.mark.parametrize(
    "failure",
    [
        lambda: httpx.ConnectError("no route"),
        lambda: httpx.ReadTimeout("slow"),
        lambda: httpx.Response(503, json={"error": "service_unavailable"}),
        lambda: httpx.Response(429),
        lambda: httpx.Response(200, content=b"<html>Accept the conditions</html>"),
        lambda: httpx.Response(302, headers={"location": "http://portal/"}),
        lambda: httpx.Response(200, content=b'{"results": [{"id": "d0'),
    ],
)
@pytest.mark.parametrize("path", ["/", "/t1", "/_revs_diff", "/_bulk_docs"])
async def test_a_link_that_fails_twice_is_waited_for_longer_each_time(
    source: EmbeddedEngine,
    target: EmbeddedEngine,
    time: Time,
    failure: Callable[[], httpx.Response | Exception],
    path: str,
) -> None:
    await source.write("t1", some(3), new_edits=False)
    link = Link(transport_to(target))
    link.before = times(2, path, failure)

    status = await pushed(source, link, time)

    assert (status.state, status.failures) == (State.STOPPED, 0)
    assert time.waits_s == [0.5, 1.0]
    assert await contents(target) == await contents(source)


async def test_one_shot_gives_up_after_five_failures_in_a_row_and_says_why(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    link = Link(transport_to(target))
    link.before = times(10**6, "", lambda: httpx.ConnectError("no route"))

    status = await pushed(source, link, time)

    assert (status.state, status.failures) == (State.FAILED, 5)
    assert str(status.last_error) == "no answer (ConnectError)"


async def test_a_checkpoint_that_cannot_be_written_ends_a_one_shot_too(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(3), new_edits=False)
    link = Link(transport_to(target))

    def full(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(507, json={"error": "full"}) if request.method == "PUT" else None

    link.before = full

    status = await pushed(source, link, time)

    assert (status.state, status.failures, status.docs_written) == (State.FAILED, 5, 3)


async def test_a_live_one_waits_for_a_link_and_wake_ends_the_wait(
    source: EmbeddedEngine, target: EmbeddedEngine
) -> None:
    await source.write("t1", some(3), new_edits=False)
    link = Link(transport_to(target))
    link.before = times(10**6, "", lambda: httpx.ConnectError("no route"))
    backing_off = asyncio.Event()

    def watch(status: Status) -> None:
        if status.state is State.BACKING_OFF and status.failures >= 3:
            backing_off.set()

    async with peer_over(link) as far:
        live = Replication(EnginePeer(source, "t1"), far, Options(live=True), on_status=watch)
        running = asyncio.ensure_future(live.run())
        await asyncio.wait_for(backing_off.wait(), 20)
        link.before = lambda _request: None
        live.wake()
        await arrived(target, "d002")
        await live.stop()
        await running


def test_the_waits_double_up_to_a_minute_and_are_spread() -> None:
    assert [delay_s(failures, 1.0) for failures in (1, 2, 3, 7, 8, 1000)] == [0.5, 1, 2, 32, 60, 60]
    assert delay_s(1000, 0.0) == LONGEST_DELAY_S / 2


async def test_a_token_refused_is_replaced_once_and_the_request_goes_on(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(3), new_edits=False)
    asked: list[bool] = []

    async def tokens(*, fresh: bool) -> str:
        asked.append(fresh)
        return "replicator" if any(asked) else "expired"

    async with httpx.AsyncClient(transport=transport_to(target), auth=TokenAuth(tokens)) as client:
        far = HttpPeer(client, "http://node/sync/t1")
        status = await Replication(EnginePeer(source, "t1"), far, world=time.world()).run()

    assert (status.state, status.docs_written, asked.count(True)) == (State.STOPPED, 3, 1)


async def test_a_token_refused_twice_is_a_refusal(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    link = Link(transport_to(target))
    async with peer_over(link, "nobody") as far:
        status = await Replication(EnginePeer(source, "t1"), far, world=time.world()).run()

    assert (status.state, getattr(status.last_error, "status", 0), len(link.requests)) == (
        State.FAILED,
        401,
        2,
    )


async def test_another_node_under_the_same_name_gets_everything_from_the_start(
    source: EmbeddedEngine, target: EmbeddedEngine, engine: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(10), new_edits=False)
    link = Link(transport_to(target))

    def move(request: httpx.Request) -> None:
        # After the first writing, before its checkpoint: the bus comes home.
        if request.url.path.endswith("_bulk_docs"):
            link.node = transport_to(engine)

    link.after = move

    status = await pushed(source, link, time)

    assert status.state is State.STOPPED
    assert str(status.last_error) == "another node answers as the target"
    assert await contents(engine) == await contents(source)


async def test_a_live_pull_carried_to_another_node_leaves_no_gap(
    source: EmbeddedEngine, target: EmbeddedEngine, engine: EmbeddedEngine
) -> None:
    await source.write("t1", some(10), new_edits=False)
    await engine.write("t1", [replicated("only-there", "1-a")], new_edits=False)
    link = Link(transport_to(source))

    async with peer_over(link) as near:
        live = Replication(near, EnginePeer(target, "t1"), Options(live=True, wait_s=0.2))
        running = asyncio.ensure_future(live.run())
        await arrived(target, "d009")
        link.node = transport_to(engine)
        await arrived(target, "only-there")
        await live.stop()
        await running


def test_every_state_has_a_way_on_and_none_leads_out_of_an_end() -> None:
    assert set(TRANSITIONS) == set(State)
    assert all(TRANSITIONS[state] == frozenset() for state in FINAL)
    reached, reaching = {State.STARTING}, [State.STARTING]
    while reaching:
        new = TRANSITIONS[reaching.pop()] - reached
        reached |= new
        reaching.extend(new)
    assert reached == set(State)
