"""Refusals by the hundred: more than are named, and all offered again."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.replicator import Checkpoints, EnginePeer, Options, Replication, State
from sync.replicator.errors import PeerUnreachable
from sync.replicator.peer import WantedRevision
from sync.write_rules import Refusal
from tests.sync.replicator.world import Time, contents, some

pytestmark = pytest.mark.anyio

SOURCE = Options(checkpoints=Checkpoints.SOURCE)
SMALL = Options(checkpoints=Checkpoints.SOURCE, changes=100, documents=100)


def refusing(document: IncomingDocument, *, new_edits: bool) -> Refusal:
    return Refusal("forbidden", "Not now.")


async def test_three_hundred_refused_documents_all_arrive_once_the_rule_is_mended(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(50, "a"), new_edits=False)
    near = EnginePeer(source, "t1")
    await Replication(near, EnginePeer(target, "t1"), SOURCE, world=time.world()).run()
    await source.write("t1", some(300), new_edits=False)

    for _ in range(2):
        refused = await Replication(
            near, EnginePeer(target, "t1", rule=refusing), SMALL, world=time.world()
        ).run()
        assert (refused.state, refused.docs_denied, len(refused.denied)) == (State.STOPPED, 300, 100)
    allowed = await Replication(near, EnginePeer(target, "t1"), SMALL, world=time.world()).run()
    again = await Replication(near, EnginePeer(target, "t1"), SMALL, world=time.world()).run()

    assert (allowed.docs_written, allowed.denied) == (300, ())
    assert await contents(target) == await contents(source)
    assert (again.docs_read, again.docs_denied) == (0, 0)


class Cut(EnginePeer):
    """A target that cannot be reached when some of its commits are asked for."""

    def __init__(self, engine: EmbeddedEngine, *, cut_at: Collection[int]) -> None:
        super().__init__(engine, "t1", rule=refusing)
        self.offered: list[Mapping[str, Sequence[str]]] = []
        self._cut_at = cut_at
        self._commits = 0

    async def revs_diff(self, offered: Mapping[str, Sequence[str]]) -> list[WantedRevision]:
        self.offered.append(offered)
        return await super().revs_diff(offered)

    async def ensure_commit(self) -> None:
        self._commits += 1
        if self._commits in self._cut_at:
            raise PeerUnreachable("cut")


async def test_refusals_by_the_hundred_are_gone_back_to_once_a_run_and_not_by_each_attempt(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(300), new_edits=False)
    near = EnginePeer(source, "t1")
    await Replication(near, EnginePeer(target, "t1", rule=refusing), SOURCE, world=time.world()).run()
    await source.write("t1", some(200, "e"), new_edits=False)

    # Its first commit is of those that have names, then one for each page.
    far = Cut(target, cut_at=(5, 6))
    status = await Replication(near, far, SMALL, world=time.world()).run()

    assert (status.state, len(time.waits_s)) == (State.STOPPED, 2)
    assert sum("d250" in offered for offered in far.offered) == 1
    assert any("e199" in offered for offered in far.offered)


async def test_an_attempt_that_goes_on_from_the_middle_keeps_from_where_the_next_run_does(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(450), new_edits=False)
    near = EnginePeer(source, "t1")

    far = Cut(target, cut_at=(4,))
    await Replication(near, far, SMALL, world=time.world()).run()
    await Replication(near, EnginePeer(target, "t1"), SMALL, world=time.world()).run()

    assert len(time.waits_s) == 1
    assert len(await contents(target)) == 450
