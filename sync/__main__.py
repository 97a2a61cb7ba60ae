"""`python -m sync serve`: the embedded engine alone, for one administrator, without rules.

`python -m sync replicate SOURCE TARGET`: between two databases of any CouchDB (`sync.replicator.command`).

For trying a client and for tests of interoperability; Escale itself mounts `sync.http` behind its tokens.
"""

import argparse
import asyncio
import base64
import hmac
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from sync.embedded import EmbeddedEngine
from sync.errors import Unauthorized
from sync.http import Authorizer, Principal, ReplicationApplication, create_app
from sync.replicator import command as replication
from sync.security import SERVER_ADMIN


class ReplicationServer(uvicorn.Server):
    """A server that lets go of waiting clients before it waits for them to leave."""

    def __init__(self, config: uvicorn.Config, application: ReplicationApplication) -> None:
        super().__init__(config)
        self._application = application

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal without raising it again afterwards: the store is still to be closed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and print where: the port is drawn when 0 was asked for."""
        await super().startup(sockets)
        for server in self.servers:
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                print(f"http://{host}:{port}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End every feed, then stop as usual."""
        self._application.shutdown()
        await super().shutdown(sockets)


def basic_authorizer(administrator: str) -> Authorizer:
    """Return an authorizer for the one administrator `name:password` (HTTP Basic, RFC 7617)."""
    name = administrator.partition(":")[0]

    async def authorize(headers: Mapping[str, str]) -> Principal:
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        try:
            presented = base64.b64decode(credentials, validate=True)
        except ValueError as error:
            raise Unauthorized("Name or password is incorrect.") from error
        if scheme.lower() != "basic" or not hmac.compare_digest(presented, administrator.encode()):
            raise Unauthorized("Name or password is incorrect.")
        return Principal(name, frozenset({SERVER_ADMIN}))

    return authorize


async def serve(host: str, port: int, directory: Path, administrator: str) -> None:
    """Serve the store in `directory` until a signal to stop."""
    engine = await EmbeddedEngine.open(directory)
    try:
        application = create_app(
            engine, authorize=basic_authorizer(administrator), rule_for=lambda _principal: None
        )
        config = uvicorn.Config(application, host=host, port=port, lifespan="off", log_level="warning")
        await ReplicationServer(config, application).serve()
    finally:
        await engine.aclose()


def replicate(asked: argparse.Namespace) -> None:
    """Replicate, and print what was done; one line and a status of 1 or 2 when it could not be."""
    try:
        print(replication.run(asked))
    except replication.CommandFailed as failed:
        print(f"sync replicate: {failed}", file=sys.stderr)
        sys.exit(failed.status)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sync", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve one directory over HTTP")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=5984)
    serving.add_argument("--data", type=Path, required=True, help="directory of the store")
    serving.add_argument("--admin", required=True, metavar="USER:PASSWORD")
    replicating = commands.add_parser("replicate", help="replicate one database into another")
    replication.add_arguments(replicating)
    asked = parser.parse_args()
    if asked.command == "replicate":
        replicate(asked)
        return
    asyncio.run(serve(asked.host, asked.port, asked.data, asked.admin))


if __name__ == "__main__":
    main()
