"""What arrived at a stopped server, opened as central opens it: the proof of what a tablet really sent."""

import asyncio
import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from server.envelope.open import open_envelope
from server.keys import directory
from sync.all_docs import AllDocsQuery
from sync.embedded import EmbeddedEngine
from tests.support.server_process import ServerProcess

Payload = dict[str, Any]


def payloads(server: ServerProcess) -> list[Payload]:
    """Return what every envelope of the stopped server holds; ``sealed_to`` is added: a team or a slot."""
    (organisation,) = (path.name for path in server.keys.iterdir() if path.is_dir())
    keys = directory.load(server.keys, organisation).encryption_by_kid
    found = []
    # Playwright's own loop runs in this thread.
    with ThreadPoolExecutor(max_workers=1) as apart:
        envelopes = apart.submit(lambda: asyncio.run(_envelopes(server))).result()
    for jwe in envelopes:
        opened = open_envelope(jwe, keys)
        payload: Payload = json.loads(_decoded(opened.compact.split(".")[1]))
        found.append(payload | {"sealed_to": "slot" if opened.team is None else "team"})
    return sorted(found, key=lambda payload: (payload["device"], payload["sequence"]))


def image(pieces: list[Payload]) -> bytes:
    """Return the image of a photo's pieces."""
    ordered = sorted(pieces, key=lambda piece: int(piece["piece"]))
    assert [piece["piece"] for piece in ordered] == list(range(ordered[0]["pieces"]))
    return b"".join(_decoded(piece["data"]) for piece in ordered)


async def _envelopes(server: ServerProcess) -> list[str]:
    engine = await EmbeddedEngine.open(server.data / "sync")
    try:
        found = []
        for database in await engine.databases():
            page = await engine.all_docs(database, AllDocsQuery(include_docs=True))
            found += [
                str(row.document.body["jwe"])
                for row in page.rows
                if row.document is not None and row.document.identifier.startswith("e")
            ]
        return found
    finally:
        await engine.aclose()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
