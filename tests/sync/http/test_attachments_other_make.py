"""The same requests to express-pouchdb and to us: the same answers, where it implements them."""

import base64
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.sync.replicator.pouchdb_peer import express_pouchdb

pytestmark = pytest.mark.anyio

DATA = bytes(range(256)) * 40
JSON = {"accept": "application/json"}


class Both(NamedTuple):
    """Our interface and the other make's."""

    ours: httpx.AsyncClient
    theirs: httpx.AsyncClient


@pytest.fixture(scope="module")
def peer(client_script: Path) -> Iterator[str]:
    with express_pouchdb(client_script) as url:
        yield url.removesuffix("/t1")


@pytest.fixture
async def both(peer: str, replicator: httpx.AsyncClient) -> AsyncIterator[Both]:
    async with httpx.AsyncClient(base_url=peer) as theirs:
        await theirs.delete("/t1")
        (await theirs.put("/t1")).raise_for_status()
        yield Both(replicator, theirs)


class Step(NamedTuple):
    """A request of which `{1}` is the revision that the first one made; and the headers to compare."""

    method: str
    path: str
    json: Any = None
    content: bytes | None = None
    headers: tuple[str, ...] = ()
    type: str = "image/png"


INLINE = {"content_type": "image/png", "data": base64.b64encode(DATA).decode()}
STUB = {
    "content_type": "image/png",
    "digest": "md5-" + base64.b64encode(hashlib.md5(DATA, usedforsecurity=False).digest()).decode(),
    "length": len(DATA),
    "revpos": 1,
    "stub": True,
}
# The other make looks for a stub by its digest, wherever it is; we by its name, as CouchDB.
UNKNOWN = STUB | {"digest": "md5-aEI7pOYCRBLTRQvvqYrrJQ=="}
STORIES = {
    "inline": [
        Step("PUT", "/t1/a", {"n": 1, "_attachments": {"x": INLINE}}),
        Step("GET", "/t1/a"),
        Step("GET", "/t1/a?attachments=true"),
        Step("GET", "/t1/a/x", headers=("content-type", "etag")),
        Step("GET", "/t1/_all_docs?include_docs=true&attachments=true"),
    ],
    "apart": [
        Step("PUT", "/t1/a/x", content=DATA),
        Step("GET", "/t1/a/x", headers=("content-type", "etag")),
        Step("PUT", "/t1/a/dir/y.bin?rev={1}", content=b"y", type="application/octet-stream"),
        Step("GET", "/t1/a/dir/y.bin", headers=("content-type", "etag")),
        Step("GET", "/t1/a"),
        Step("PUT", "/t1/a/x?rev={1}", content=b"conflict"),
        Step("DELETE", "/t1/a/x?rev={2}"),
        Step("GET", "/t1/a"),
    ],
    "stubs": [
        Step("PUT", "/t1/a", {"_attachments": {"x": INLINE, "y": INLINE}}),
        Step("PUT", "/t1/a?rev={1}", {"_attachments": {"y": STUB, "z": INLINE}}),
        Step("GET", "/t1/a"),
        Step("GET", "/t1/a/x?rev={1}"),
        Step("PUT", "/t1/a?rev={2}", {"_attachments": {"unknown": UNKNOWN}}),
    ],
    "nothing": [
        Step("GET", "/t1/nowhere/x"),
        Step("PUT", "/t1/a", {}),
        Step("GET", "/t1/a/x"),
        Step("PUT", "/t1/b", {"_attachments": {"_x": INLINE}}),
    ],
}
# Each make draws revisions of its own, and says errors in its own words.
_OF_THE_MAKE = ("rev", "_rev", "reason")


@pytest.mark.parametrize("story", STORIES)
async def test_the_same_requests_have_the_same_answers(both: Both, story: str) -> None:
    assert await played(both.ours, STORIES[story]) == await played(both.theirs, STORIES[story])


async def played(client: httpx.AsyncClient, steps: list[Step]) -> list[Any]:
    """Send the requests; return what can be compared of the answers."""
    revisions = [""]
    told: list[Any] = []
    for step in steps:
        headers = JSON if step.content is None else JSON | {"content-type": step.type}
        answer = await client.request(
            step.method,
            step.path.format(*revisions),
            json=step.json,
            content=step.content,
            headers=headers,
        )
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        if is_json and "rev" in answer.json():
            revisions.append(answer.json()["rev"])
        content = common(answer.json()) if is_json else answer.content
        # A refusal is compared by its status: its words are the make's.
        said = {name: answer.headers.get(name) for name in step.headers}
        told.append((answer.status_code, said, content) if answer.is_success else answer.status_code)
    return told


def common(value: Any) -> Any:
    """Return a JSON value without what belongs to one make."""
    if isinstance(value, dict):
        return {name: common(member) for name, member in value.items() if name not in _OF_THE_MAKE}
    return [common(member) for member in value] if isinstance(value, list) else value
