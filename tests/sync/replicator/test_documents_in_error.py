"""Documents that a source fails to give, is without, or that the target cannot take as they come."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import orjson
import pytest

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.replicator import Checkpoints, Options, State
from sync.replicator.bulk_get_answer import read_bulk_get
from sync.replicator.peer import WantedRevision
from tests.sync.envelopes import replicated
from tests.sync.replicator.world import Link, Time, contents, pulled, pushed, some, transport_to

pytestmark = pytest.mark.anyio

SOURCE = Options(checkpoints=Checkpoints.SOURCE)
TARGET = Options(checkpoints=Checkpoints.TARGET)


class Stumbling(httpx.AsyncBaseTransport):
    """A node whose `_bulk_get` has `errors` in the place of some revisions, for so many answers."""

    def __init__(
        self, engine: EmbeddedEngine, errors: Mapping[tuple[str, str], Mapping[str, Any]], answers: int
    ) -> None:
        self._node = transport_to(engine)
        self._errors = errors
        self.answers = answers

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._node.handle_async_request(request)
        if not request.url.path.endswith("/_bulk_get") or self.answers == 0:
            return response
        self.answers -= 1
        told = orjson.loads(await response.aread())
        asked = orjson.loads(request.content)["docs"]
        for result, one in zip(told["results"], asked, strict=True):
            if error := self._errors.get((one["id"], one["rev"])):
                result["docs"] = [{"error": {"id": one["id"], "rev": one["rev"], **error}}]
        return httpx.Response(200, content=orjson.dumps(told))


TIMEOUT = {"error": "internal_server_error", "reason": "timeout"}


async def test_documents_in_error_for_a_while_arrive_in_the_same_run(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(5), new_edits=False)
    errors = {(f"d{number:03}", "1-a"): TIMEOUT for number in range(5)}

    status = await pulled(Link(Stumbling(source, errors, answers=2)), target, time, TARGET)

    assert (status.state, status.docs_written, status.docs_missing) == (State.STOPPED, 5, 0)
    assert time.waits_s == [0.5, 1.0]


@pytest.mark.parametrize("bad", ["1-a", "1-b"])
async def test_a_leaf_in_error_beside_a_good_one_is_not_dropped(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time, bad: str
) -> None:
    await source.write("t1", [replicated("d", "1-a"), replicated("d", "1-b")], new_edits=False)

    status = await pulled(Link(Stumbling(source, {("d", bad): TIMEOUT}, answers=1)), target, time, TARGET)

    assert (status.state, status.docs_missing) == (State.STOPPED, 0)
    assert await contents(target) == await contents(source)


async def test_a_document_that_alone_stays_in_error_is_named_and_offered_again(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(20), new_edits=False)
    node = Stumbling(source, {("d007", "1-a"): TIMEOUT}, answers=10**6)

    status = await pulled(Link(node), target, time, TARGET)
    node.answers = 0
    healed = await pulled(Link(node), target, time, TARGET)

    assert (status.state, status.docs_written, status.docs_denied) == (State.STOPPED, 19, 1)
    assert [(one.identifier, one.revision, one.error) for one in status.denied] == [
        ("d007", "1-a", "internal_server_error")
    ]
    assert (healed.docs_written, healed.denied) == (1, ())


async def test_a_source_in_error_on_many_documents_is_not_taken_for_bad_documents(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    await source.write("t1", some(60), new_edits=False)
    errors = {(f"d{number:03}", "1-a"): TIMEOUT for number in range(50)}
    node = Stumbling(source, errors, answers=10**6)

    broken = await pulled(Link(node), target, time, TARGET)
    arrived = len(await contents(target))
    node.answers = 0
    healed = await pulled(Link(node), target, time, TARGET)

    assert (broken.state, arrived) == (State.FAILED, 10), "the others do not wait for them"
    assert healed.state is State.STOPPED
    assert len(await contents(target)) == 60


@pytest.mark.parametrize("reason", ["missing", "deleted"])
async def test_a_revision_that_is_gone_is_passed(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time, reason: str
) -> None:
    await source.write("t1", some(3), new_edits=False)
    gone = {("d001", "1-a"): {"error": "not_found", "reason": reason}}

    status = await pulled(Link(Stumbling(source, gone, answers=1)), target, time, TARGET)

    assert (status.state, status.docs_written, status.docs_missing) == (State.STOPPED, 2, 1)
    assert status.denied == ()


LEAF = {"_id": "d", "_rev": "3-c", "_revisions": {"start": 3, "ids": ["c", "b"]}}


@pytest.mark.parametrize(
    ("rows", "revision", "expected"),
    [
        ([{"ok": LEAF}], "3-c", "given"),
        ([{"ok": LEAF}], "2-b", "given"),
        ([{"ok": LEAF}], "2-z", "no_answer"),
        # Its history is cut before: nothing tells that it does not descend from it.
        ([{"ok": LEAF}], "1-z", "given"),
        ([{"ok": LEAF}], "3-z", "no_answer"),
        ([{"ok": LEAF}], "4-z", "no_answer"),
        ([], "3-c", "no_answer"),
        ([{"missing": "3-c"}], "3-c", "absent"),
        ([{"error": {"rev": "3-c", "error": "not_found", "reason": "missing"}}], "3-c", "absent"),
        ([{"error": {"rev": "3-c", "error": "not_found", "reason": "no_db_file"}}], "3-c", "not_found"),
        ([{"error": {"rev": "2-b", "error": "not_found", "reason": "missing"}}], "3-c", "no_answer"),
        ([{"error": {"rev": "3-c", "error": "forbidden", "reason": "missing"}}], "3-c", "forbidden"),
        # PouchDB's own error objects, of the whole document.
        ([{"error": {"error": True, "name": "not_found", "reason": "deleted"}}], "3-c", "absent"),
        ([{"error": {"error": True, "name": "unknown_error", "reason": "?"}}], "3-c", "unknown_error"),
        ([{"error": "?"}], "3-c", "unknown_error"),
    ],
)
def test_what_is_told_of_one_revision(
    rows: Sequence[Mapping[str, object]], revision: str, expected: str
) -> None:
    body = orjson.dumps({"results": [{"id": "d", "docs": [row]} for row in rows]})

    batch = read_bulk_get(body, [WantedRevision("d", revision)])

    told = [*("absent" for _ in batch.absent), *(one.error for one in batch.failed)]
    assert told == ([] if expected == "given" else [expected])


async def test_an_attachment_that_the_targets_ancestor_lacks_is_fetched_again_whole(
    source: EmbeddedEngine, target: EmbeddedEngine, time: Time
) -> None:
    photo = {"photo": {"content_type": "image/jpeg", "data": "/9j/4A=="}}
    first = {"_id": "note", "_rev": "1-a", "_attachments": photo}
    second = {
        "_id": "note",
        "_rev": "2-b",
        "_revisions": {"start": 2, "ids": ["b", "a"]},
        "_attachments": {"photo": {**photo["photo"], "revpos": 1}},
    }
    await source.write("t1", [IncomingDocument.from_json(one) for one in (first, second)], new_edits=False)
    # The same revision without it: 2-b comes with a stub, which the target answers by 412.
    await target.write("t1", [replicated("note", "1-a"), *some(3)], new_edits=False)
    await source.write("t1", some(3, "e"), new_edits=False)
    link = Link(transport_to(target))

    status = await pushed(source, link, time, SOURCE)

    assert (status.state, status.docs_written, status.denied) == (State.STOPPED, 4, ())
    assert link.requests.count("POST /sync/t1/_bulk_docs") == 2, "refused once"
    opened = await target.open_attachment("t1", "note", "photo")
    assert (str(opened.revision), opened.attachment.length) == ("2-b", 4)
