"""Interoperability: a real PouchDB 9 and attachments, both ways, live, in conflict."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import Limits
from tests.sync.embedded.attached import attachment, document, stub, written
from tests.sync.http.callers import Callers, application_for
from tests.sync.test_pouchdb import SCENARIO_S, played, served, started

pytestmark = pytest.mark.anyio


@pytest.fixture
def script(client_script: Path) -> Path:
    return client_script.with_name("attachments.cjs")


@pytest.fixture
async def url(engine: EmbeddedEngine) -> AsyncIterator[str]:
    async with served(application_for(engine, Callers(), limits=Limits())) as address:
        yield address


def content(seed: str, length: int) -> bytes:
    """The bytes that the client makes."""
    pieces = (hashlib.sha256(f"{seed}-{number}".encode()).digest() for number in range(length // 32 + 1))
    return b"".join(pieces)[:length]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def test_attachments_go_from_tablet_to_tablet_and_follow_each_change(script: Path, url: str) -> None:
    told = await played(script, "carried", url, "replicator")

    text = "un texte accentué ".encode() * 500
    first = {
        "empty.bin": digest(b""),
        "large.bin": digest(content("large", 600_000)),
        "note.txt": digest(text),
        "small.png": digest(content("small", 300)),
    }
    second = first | {"small.png": digest(content("new", 400))}
    third = {name: one for name, one in second.items() if name != "note.txt"}
    assert (told["pushed"], told["pulled"]) == ([1, 1, 1], [1, 1, 1])
    assert (told["first"], told["second"], told["third"]) == (first, second, third)
    assert (told["there"], told["positions"]) == (third, {"empty.bin": 1, "large.bin": 1, "small.png": 2})


async def test_each_revision_in_conflict_keeps_its_own(script: Path, url: str) -> None:
    told = await played(script, "conflicting", url, "replicator")

    kept = digest(content("kept", 50_000))
    expected = [{"kept": kept, "own": digest(content(name, 70_000))} for name in ("one", "other")]
    assert told["third"] == told["there"]
    assert sorted(told["there"], key=str) == sorted(expected, key=str)


async def test_a_live_pull_brings_attachments_as_they_are_written(
    script: Path, url: str, engine: EmbeddedEngine
) -> None:
    large = content("large", 400_000)
    first = await written(engine, "t1", document("a", attachment("x", large), attachment("y", b"old")))
    client = await started(script, "live", url, "replicator")
    if client.stdout is None:
        raise RuntimeError("the client has no output")
    waiting = await asyncio.wait_for(client.stdout.readline(), SCENARIO_S)

    await written(engine, "t1", document("a", stub("x"), attachment("y", b"new"), path=(str(first),)))
    await written(engine, "t1", document("b", attachment("text", b"a text", "text/plain")))
    await written(engine, "t1", document("last"))
    output, errors = await asyncio.wait_for(client.communicate(), SCENARIO_S)

    assert (waiting, client.returncode) == (b"waiting\n", 0), errors.decode()
    assert orjson.loads(output) == {
        "a": {"x": digest(large), "y": digest(b"new")},
        "b": {"text": digest(b"a text")},
        "last": {},
    }


async def test_pouchdb_uses_attachments_through_the_interface(script: Path, url: str) -> None:
    assert await played(script, "edits", url, "replicator") == {
        "read": [digest(content("a", 1000))] * 6,
        "stale": 409,
        "stub": [412, "missing_stub"],
        "removed": True,
        "gone": 404,
    }
