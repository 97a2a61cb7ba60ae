"""Checkpoints of databases that have become others, and of two ends of which one was not written."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.replicator import Checkpoints, EnginePeer, Options, Replication, State
from sync.replicator.checkpoints import replication_id
from sync.replicator.peer import Denial, FetchedDocument, PeerInformation
from tests.sync.replicator.world import TEAM, Link, Time, contents, node, pulled, pushed, some, transport_to

pytestmark = pytest.mark.anyio

SOURCE = Options(checkpoints=Checkpoints.SOURCE)
TARGET = Options(checkpoints=Checkpoints.TARGET)
BOTH = Options(checkpoints=Checkpoints.BOTH)


@pytest.mark.parametrize("options", [SOURCE, BOTH])
async def test_a_target_created_again_and_grown_past_the_checkpoint_gets_everything(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time, options: Options
) -> None:
    await source.write("t1", some(5), new_edits=False)
    link = Link(transport_to(target))
    await pushed(source, link, time, options)

    await target.delete_database("t1")
    await target.create_database("t1", TEAM)
    await target.write("t1", some(9, "z"), new_edits=False)
    status = await pushed(source, link, time, options)

    assert (status.state, status.docs_written) == (State.STOPPED, 5)


@pytest.mark.parametrize("options", [TARGET, BOTH])
async def test_a_source_created_again_and_grown_past_the_checkpoint_gives_everything(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time, options: Options
) -> None:
    await source.write("t1", some(5), new_edits=False)
    link = Link(Numbered(source))
    await pulled(link, target, time, options)

    await source.delete_database("t1")
    await source.create_database("t1", TEAM)
    await source.write("t1", some(9, "z"), new_edits=False)
    link.node = Numbered(source, created="2")
    status = await pulled(link, target, time, options)

    assert (status.state, status.docs_written) == (State.STOPPED, 9)


class Numbered(httpx.AsyncBaseTransport):
    """A node as another make: its sequences are bare numbers, its database has a time of creation."""

    def __init__(self, engine: EmbeddedEngine, created: str = "0") -> None:
        self._engine = engine
        self._node = transport_to(engine)
        self._created = created

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        number, _, identity = str((await self._engine.information("t1")).update_seq).partition("-")
        url = request.url
        if "since" in url.params:
            # After a number to come, PouchDB has nothing to tell.
            since = min(int(url.params["since"]), int(number))
            url = url.copy_set_param("since", f"{since}-{identity}")
        again = httpx.Request(request.method, url, headers=request.headers, content=request.content)
        response = await self._node.handle_async_request(again)
        content = (await response.aread()).replace(f"-{identity}".encode(), b"")
        content = content.replace(
            b'"instance_start_time":"0"', f'"instance_start_time":"{self._created}"'.encode()
        )
        return httpx.Response(response.status_code, content=content)


async def test_a_target_that_went_back_and_tells_only_how_far_it_is_written_gets_everything(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(5), new_edits=False)
    link = Link(Numbered(target))
    await pushed(source, link, time, SOURCE)

    await target.delete_database("t1")
    await target.create_database("t1", TEAM)
    await target.write("t1", some(4, "z"), new_edits=False)
    status = await pushed(source, link, time, SOURCE)

    assert (status.state, status.docs_written) == (State.STOPPED, 5)


async def test_a_source_that_went_back_and_tells_only_how_far_it_is_written_gives_everything(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(5), new_edits=False)
    link = Link(Numbered(source))
    await pulled(link, target, time, TARGET)

    await source.delete_database("t1")
    await source.create_database("t1", TEAM)
    await source.write("t1", some(4, "z"), new_edits=False)
    status = await pulled(link, target, time, TARGET)

    assert (status.state, status.docs_written) == (State.STOPPED, 4)


async def test_a_target_created_again_during_the_run_gets_everything(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(5), new_edits=False)
    left = iter([True])

    class Recreated(EnginePeer):
        async def write(self, documents: Sequence[FetchedDocument]) -> list[Denial]:
            denied = await super().write(documents)
            if next(left, False):
                await target.delete_database("t1")
                await target.create_database("t1", TEAM)
            return denied

    peers = EnginePeer(source, "t1"), Recreated(target, "t1")
    status = await Replication(*peers, SOURCE, world=time.world()).run()

    assert (status.state, str(status.last_error)) == (State.STOPPED, "another node answers as the target")
    assert await contents(target) == await contents(source)


def test_the_incarnation_is_what_stays_the_same_while_a_database_does() -> None:
    ours = "0123456789abcdef" * 2

    def incarnation(created: str, sequence: object) -> str:
        return PeerInformation("", created, sequence).incarnation  # type: ignore[arg-type]

    assert incarnation("0", f"12-{ours}") == incarnation("0", f"0-{ours}") == ours
    # CouchDB's sequences are others with each update (docs.couchdb.org, "_changes").
    assert incarnation("1732622400", "12-g1AAAACbeJzLYWBgYMpgTmHgz8tPSTV0MDQy1zMAQ") == "1732622400"
    assert incarnation("0", "12-g1AAAACbeJzLYWBgYMpgTmHgz8tPSTV0MDQy1zMAQ") == "0"
    assert incarnation("0", 12) == "0"


@pytest.mark.parametrize("sessions", [1, 2], ids=["the first checkpoint", "a later one"])
async def test_a_cut_between_the_two_checkpoints_leaves_the_targets_written_and_nothing_skipped(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time, sessions: int
) -> None:
    states: list[State] = []
    for session in range(sessions):
        await source.write("t1", some(5, f"{session}-"), new_edits=False)
        link = Link(transport_to(target))
        if session == sessions - 1:
            cut_after_a_checkpoint(link)
        states.append((await pushed(source, link, time, Options(attempts=1))).state)

    assert states[-1] is State.FAILED
    identifier = replication_id(source.instance + "t1", target.instance + "t1")
    here = await EnginePeer(source, "t1").get_local(identifier)
    there = await EnginePeer(target, "t1").get_local(identifier)
    assert there.body["last_seq"] == (await source.information("t1")).update_seq
    assert here.body.get("last_seq") != there.body["last_seq"], "the source's is never ahead"

    await source.write("t1", some(5, "new-"), new_edits=False)
    status = await pushed(source, Link(transport_to(target)), time, BOTH)
    assert (status.state, status.docs_written) == (State.STOPPED, 5)
    assert await contents(target) == await contents(source)


def cut_after_a_checkpoint(link: Link) -> None:
    """Let the target's checkpoint through, and nothing after it."""

    def cut(request: httpx.Request) -> Exception | None:
        is_written = any(asked.startswith("PUT ") for asked in link.requests[:-1])
        return httpx.ConnectError("cut") if is_written else None

    link.before = cut


async def test_a_node_restored_from_a_copy_and_grown_past_the_checkpoints_lacks_nothing_either_way(
    target: EmbeddedEngine, time: Time, tmp_path: Path
) -> None:
    async with node(tmp_path / "central") as central:
        await central.write("t1", some(5, "old"), new_edits=False)
    shutil.copytree(tmp_path / "central", tmp_path / "restored")
    async with node(tmp_path / "central") as central:
        await central.write("t1", some(5, "lost"), new_edits=False)
        await pulled(Link(transport_to(central)), target, time, TARGET)
        await pushed(target, Link(transport_to(central)), time, SOURCE)

    async with node(tmp_path / "restored") as central:
        await central.renew_identities()
        await central.write("t1", some(9, "new"), new_edits=False)
        await pulled(Link(transport_to(central)), target, time, TARGET)
        await pushed(target, Link(transport_to(central)), time, SOURCE)

        assert await contents(central) == await contents(target)
        assert len(await contents(target)) == 19
