"""The engine over HTTP with Escale's write rules on: `python -m tests.bench.ruled_server DIRECTORY`."""

import asyncio
import sys
from pathlib import Path

import uvicorn
import uvloop

from sync.embedded import EmbeddedEngine
from sync.http import Principal, create_app
from sync.security import SERVER_ADMIN
from sync.write_rules import envelope_rule
from tests.bench.couch_client import free_port


async def anybody(_headers: object) -> Principal:
    """Name an administrator, whoever asks: only the rules are measured."""
    return Principal("bench", frozenset({SERVER_ADMIN}))


async def serve(directory: Path) -> None:
    """Serve until killed."""
    engine = await EmbeddedEngine.open(directory)
    application = create_app(engine, authorize=anybody, rule_for=lambda _principal: envelope_rule)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(application, port=port, http="httptools", lifespan="off", log_level="warning")
    )
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by nothing else
        await asyncio.sleep(0.01)
    print(f"http://127.0.0.1:{port}", flush=True)
    await serving


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))
