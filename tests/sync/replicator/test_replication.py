"""What a replication carries, how it goes on, and what it tells."""

import asyncio

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.replicator import Checkpoints, EnginePeer, Filter, Options, Replication, State, Status
from sync.write_rules import envelope_rule
from tests.sync.envelopes import incoming_envelope, replicated
from tests.sync.replicator.world import Link, Time, arrived, contents, peer_over, times, transport_to

pytestmark = pytest.mark.anyio

GRAFTED = [
    replicated("conflict", "2-b", "1-a"),
    replicated("conflict", "2-c", "1-a"),
    replicated("conflict", "3-d", "2-x", "1-y"),
    replicated("deleted", "2-b", "1-a", deleted=True),
    replicated("revived", "3-c", "2-b", "1-a"),
    replicated("half-deleted", "2-b", "1-a", deleted=True),
    replicated("half-deleted", "1-z"),
    replicated("é/ü?&+ %", "1-a"),
]


async def replicate(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time, options: Options | None = None
) -> Status:
    peers = EnginePeer(source, "t1"), EnginePeer(target, "t1")
    return await Replication(*peers, options, world=time.world()).run()


async def test_every_leaf_arrives_with_its_history(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", GRAFTED, new_edits=False)

    status = await replicate(source, target, time)

    assert (status.state, status.docs_read, status.docs_written) == (State.STOPPED, 8, 8)
    assert await contents(target) == await contents(source)
    assert (await target.get("t1", "revived")).ancestry == (await source.get("t1", "revived")).ancestry


async def test_over_http_every_leaf_arrives_too(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", GRAFTED, new_edits=False)

    async with peer_over(transport_to(source)) as near, peer_over(transport_to(target)) as far:
        status = await Replication(near, far, world=time.world()).run()

    assert (status.state, status.docs_written, status.last_error) == (State.STOPPED, 8, None)
    assert await contents(target) == await contents(source)


async def test_two_nodes_that_replicate_both_ways_hold_the_same(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", [replicated("one", "2-b", "1-a"), replicated("here", "1-a")], new_edits=False)
    await target.write("t1", [replicated("one", "2-c", "1-a"), replicated("there", "1-a")], new_edits=False)

    await replicate(source, target, time)
    await replicate(target, source, time)

    assert await contents(source) == await contents(target)
    assert (await source.get("t1", "one")).conflicts == (await target.get("t1", "one")).conflicts != ()


async def test_a_second_run_reads_only_what_is_new(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", [replicated(f"d{number}", "1-a") for number in range(30)], new_edits=False)
    await replicate(source, target, time)
    await source.write("t1", [replicated("new", "1-a")], new_edits=False)
    link = Link(transport_to(source))

    async with peer_over(link) as near:
        status = await Replication(near, EnginePeer(target, "t1"), world=time.world()).run()

    assert (status.docs_read, status.docs_written) == (1, 1)
    assert link.requests.count("POST /sync/t1/_bulk_get") == 1


@pytest.mark.parametrize("kept", list(Checkpoints))
async def test_the_checkpoint_lies_where_it_may_be_written(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time, kept: Checkpoints
) -> None:
    await source.write("t1", [replicated("one", "1-a")], new_edits=False)

    links = Link(transport_to(source)), Link(transport_to(target))
    async with peer_over(links[0]) as near, peer_over(links[1]) as far:
        await Replication(near, far, Options(checkpoints=kept), world=time.world()).run()
        status = await Replication(near, far, Options(checkpoints=kept), world=time.world()).run()

    local = [any("_local/" in request for request in link.requests) for link in links]
    assert local == [kept is not Checkpoints.TARGET, kept is not Checkpoints.SOURCE]
    assert (status.state, status.docs_read) == (State.STOPPED, 0)


async def test_a_device_that_may_write_no_local_document_pushes_with_the_checkpoint_at_home(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", [incoming_envelope(number) for number in range(3)], new_edits=False)

    async with peer_over(transport_to(target), "tablet") as far:
        near = EnginePeer(source, "t1")
        refused = await Replication(near, far, world=time.world()).run()
        status = await Replication(near, far, Options(checkpoints=Checkpoints.SOURCE)).run()

    assert (refused.state, getattr(refused.last_error, "status", 0)) == (State.FAILED, 403)
    assert (status.state, status.docs_written) == (State.STOPPED, 3)


async def test_a_filter_keeps_ids_back_and_the_checkpoint_advances_past_them(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", [replicated(f"c{number}", "1-a") for number in range(1200)], new_edits=False)
    await source.write("t1", [replicated("e1", "1-a")], new_edits=False)
    only = Filter("envelopes", lambda identifier: identifier.startswith("e"))

    first = await replicate(source, target, time, Options(only=only))
    link = Link(transport_to(source))
    async with peer_over(link) as near:
        await Replication(near, EnginePeer(target, "t1"), Options(only=only), world=time.world()).run()

    assert (first.docs_read, list(await contents(target))) == (1, ["e1"])
    assert link.requests.count("GET /sync/t1/_changes") == 1, "nothing is read again"
    unfiltered = await replicate(source, target, time)
    assert unfiltered.docs_written == 1200, "another filter has checkpoints of its own"


async def test_what_the_targets_rule_refuses_is_named_and_the_others_arrive(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write(
        "t1", [incoming_envelope(1), replicated("note", "1-a"), incoming_envelope(2)], new_edits=False
    )

    peers = EnginePeer(source, "t1"), EnginePeer(target, "t1", rule=envelope_rule)
    status = await Replication(*peers, world=time.world()).run()

    assert (status.docs_written, status.docs_denied) == (2, 1)
    assert [(one.identifier, one.revision, one.error) for one in status.denied] == [
        ("note", "1-a", "forbidden")
    ]


async def test_what_was_denied_is_offered_again_by_the_next_run(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", [replicated("note", "1-a")], new_edits=False)
    near = EnginePeer(source, "t1")
    await Replication(near, EnginePeer(target, "t1", rule=envelope_rule), world=time.world()).run()

    again = await Replication(near, EnginePeer(target, "t1", rule=envelope_rule), world=time.world()).run()
    allowed = await Replication(near, EnginePeer(target, "t1"), world=time.world()).run()

    assert (again.docs_written, [one.identifier for one in again.denied]) == (0, ["note"])
    assert (allowed.docs_written, allowed.denied) == (1, ())
    assert (await target.get("t1", "note")).body == {"value": "1-a"}


async def test_a_live_replication_follows_the_writes_until_it_is_stopped(
    source: EmbeddedEngine, target: EmbeddedEngine
) -> None:
    live = Replication(EnginePeer(source, "t1"), EnginePeer(target, "t1"), Options(live=True))
    running = asyncio.ensure_future(live.run())

    for number in range(3):
        await source.write("t1", [replicated(f"d{number}", "1-a")], new_edits=False)
        await arrived(target, f"d{number}")
    await live.stop()

    assert (await running).state is State.STOPPED


async def test_a_live_replication_over_http_waits_without_asking_again(
    source: EmbeddedEngine, target: EmbeddedEngine
) -> None:
    link = Link(transport_to(source))
    waiting = asyncio.Event()

    def watch(status: Status) -> None:
        if status.state is State.WAITING:
            waiting.set()

    async with peer_over(link) as near:
        live = Replication(near, EnginePeer(target, "t1"), Options(live=True), on_status=watch)
        running = asyncio.ensure_future(live.run())
        await asyncio.wait_for(waiting.wait(), 5)
        await source.write("t1", [replicated("late", "1-a")], new_edits=False)
        await arrived(target, "late")
        await live.stop()
        await running

    assert link.requests.count("GET /sync/t1/_changes") <= 4


async def test_a_run_that_is_cancelled_midway_is_gone_on_with(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", [replicated(f"d{number:03}", "1-a") for number in range(250)], new_edits=False)

    for ending in (State.COMPARING, State.FETCHING, State.WRITING, State.CHECKPOINTING):
        entered = asyncio.Event()

        def watch(status: Status, ending: State = ending, entered: asyncio.Event = entered) -> None:
            if status.state is ending:
                entered.set()

        peers = EnginePeer(source, "t1"), EnginePeer(target, "t1")
        replication = Replication(*peers, world=time.world(), on_status=watch)
        running = asyncio.ensure_future(replication.run())
        await asyncio.wait_for(entered.wait(), 5)
        running.cancel()
        await asyncio.wait({running})
        assert running.cancelled()
        assert replication.status.state is State.STOPPED

    await replicate(source, target, time)
    assert await contents(target) == await contents(source)


async def test_a_database_that_is_not_there_fails_with_its_name_for_it(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    status = await Replication(
        EnginePeer(source, "nowhere"), EnginePeer(target, "t1"), world=time.world()
    ).run()

    assert (status.state, str(status.last_error)) == (State.FAILED, "Database does not exist.")


async def test_a_lost_answer_writes_nothing_twice(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", GRAFTED, new_edits=False)
    link = Link(transport_to(target))
    link.after = times(2, "/_bulk_docs", lambda: httpx.ReadError("cut"))

    async with peer_over(link) as far:
        status = await Replication(EnginePeer(source, "t1"), far, world=time.world()).run()

    assert status.state is State.STOPPED
    assert await contents(target) == await contents(source)
    assert link.requests.count("POST /sync/t1/_bulk_docs") == 1, "the second attempt found nothing lacking"
