"""`python -m sync serve`: the embedded engine alone, as a plain CouchDB with one administrator.

`python -m sync replicate SOURCE TARGET`: between two databases of any CouchDB (`sync.replicator.command`).

The node is for any CouchDB client, and for tests of interoperability; Escale itself mounts `sync.http`
behind its tokens and with its rules. Arguments that cannot be served end it with one line and status 2.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import uvicorn
import uvloop

from sync.embedded import EmbeddedEngine
from sync.errors import StorageError
from sync.http import Authentication, Limits, ReplicationApplication, create_app
from sync.http.connections import GuardedProtocol, backlog, open_files
from sync.http.session_cookies import SessionCookies
from sync.replicator import command as replication
from sync.replicator.command import account_of
from sync.standalone import AUTHENTICATION_HANDLERS, CHALLENGE, Administrator

ADMIN = "SYNC_ADMIN"
# CouchDB's max_document_size: without Escale's rules, a local document is as large as any other.
_LIMITS = Limits(local_bytes=8_000_000)


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
        for listening in sockets or ():
            print(_address(listening), flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End every feed, then stop as usual."""
        self._application.shutdown()
        await super().shutdown(sockets)


async def serve(listening: socket.socket, directory: Path, name: str, password: str) -> None:
    """Serve the store in `directory` on a bound socket until a signal to stop. Raises StorageError."""
    engine = await EmbeddedEngine.open(directory)
    administrator = Administrator(name, password, SessionCookies(time.time))
    try:
        application = create_app(
            engine,
            authorize=administrator.authorize,
            rule_for=lambda _principal: None,
            limits=_LIMITS,
            authentication=Authentication(CHALLENGE, AUTHENTICATION_HANDLERS, administrator),
        )
        config = uvicorn.Config(
            application,
            http=GuardedProtocol,
            lifespan="off",
            log_level="warning",
            backlog=backlog(open_files()),
        )
        await ReplicationServer(config, application).serve([listening])
    finally:
        await engine.aclose()


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        _refuse(message)


def replicate(asked: argparse.Namespace) -> None:
    """Replicate, and print what was done; one line and a status of 1 or 2 when it could not be."""
    try:
        print(replication.run(asked))
    except replication.CommandFailed as failed:
        print(f"sync replicate: {failed}", file=sys.stderr)
        sys.exit(failed.status)


def main() -> None:
    """Read the command line and serve."""
    parser = _Parser(prog="python -m sync", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve one directory over HTTP")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=_port, default=5984, help="0: any free one")
    serving.add_argument("--data", type=_directory, required=True, help="directory of the store")
    account = serving.add_mutually_exclusive_group()
    account.add_argument("--admin", type=account_of, metavar="USER:PASSWORD", help="shown by ps: rather")
    account.add_argument("--admin-file", type=Path, metavar="FILE", help=f"that holds it, or ${ADMIN}")
    replicating = commands.add_parser("replicate", help="replicate one database into another")
    replication.add_arguments(replicating)
    asked = parser.parse_args()
    if asked.command == "replicate":
        replicate(asked)
        return
    name, password = _administrator(asked)
    with closing(_listening(asked.host, asked.port)) as listening:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(serve(listening, asked.data, name, password))
        except StorageError as error:
            _refuse(f"{asked.data}: {error.reason}")


def _directory(text: str) -> Path:
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a directory")
    return path


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 0xFFFF):
        raise argparse.ArgumentTypeError(f"no port: {text}")
    return int(text)


def _administrator(asked: argparse.Namespace) -> tuple[str, str]:
    """Return the account typed, of a file, or of the environment, which other people's `ps` do not show."""
    if asked.admin is not None:
        typed: tuple[str, str] = asked.admin
        return typed
    origin = f"${ADMIN}" if asked.admin_file is None else str(asked.admin_file)
    try:
        file: Path | None = asked.admin_file
        text = os.environ.get(ADMIN, "") if file is None else file.read_text("utf-8")
        return account_of(text.strip())
    except (OSError, UnicodeDecodeError) as error:
        _refuse(f"{origin} cannot be read ({type(error).__name__})")
    except argparse.ArgumentTypeError as error:
        _refuse(f"--admin, --admin-file or ${ADMIN} ({origin}): {error}")


def _listening(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        # The protocol is named: asyncio turns Nagle's algorithm off (40 ms a request) only where it is.
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(backlog(open_files()))
        except OSError:
            listening.close()
            raise
    except OSError as error:
        _refuse(f"{host}:{port}: {error.strerror or error}")
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if listening.family is socket.AF_INET6 else f"http://{host}:{port}"


def _refuse(message: str) -> NoReturn:
    print(f"python -m sync: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
