"""`python -m sync replicate SOURCE TARGET`: one replication between two CouchDB databases, by their URLs.

A URL with a password is shown by `ps` to everybody on the machine: SOURCE_ACCOUNT and TARGET_ACCOUNT of the
environment (`user:password`) or a netrc file hold it instead. What a URL says goes first, then these.
"""

import argparse
import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from netrc import NetrcParseError

import httpx
import orjson

from sync.replicator.errors import ReplicationError
from sync.replicator.http_peer import HttpPeer
from sync.replicator.options import Options
from sync.replicator.replication import Replication
from sync.replicator.states import State
from sync.replicator.status import Status


class CommandFailed(Exception):
    """What to tell on one line, and the exit status: 2 for what was asked, 1 for what happened."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("source", metavar="SOURCE", help="http(s)://[user:password@]host/database")
    parser.add_argument("target", metavar="TARGET", help="the same")
    parser.add_argument(
        "--netrc-file", metavar="FILE", help="accounts by host; or $SOURCE_ACCOUNT, $TARGET_ACCOUNT"
    )
    parser.add_argument("--live", action="store_true", help="wait for changes until interrupted")
    parser.add_argument("--create", action="store_true", help="create the target unless it exists")


def run(asked: argparse.Namespace) -> str:
    """Replicate; return one line of JSON that says what was done. Raises CommandFailed."""
    netrc = None if asked.netrc_file is None else _netrc(asked.netrc_file)
    ends = [
        _client(url, _account(name) or netrc)
        for url, name in ((asked.source, "SOURCE_ACCOUNT"), (asked.target, "TARGET_ACCOUNT"))
    ]
    status = asyncio.run(_replicate(ends, live=asked.live, create=asked.create))
    if status.state is State.FAILED:
        raise CommandFailed(f"the replication failed: {status.last_error}", 1)
    return orjson.dumps(status.to_json()).decode()


def account_of(text: str) -> tuple[str, str]:
    """Return a name and a password, written with a colon between. Raises argparse.ArgumentTypeError."""
    name, colon, password = text.partition(":")
    if not (name and colon and password):
        raise argparse.ArgumentTypeError("a name, a colon and a password are needed")
    return name, password


def _account(variable: str) -> httpx.Auth | None:
    text = os.environ.get(variable)
    if text is None:
        return None
    try:
        return httpx.BasicAuth(*account_of(text))
    except argparse.ArgumentTypeError as error:
        raise CommandFailed(f"${variable}: {error}", 2) from error


def _netrc(file: str) -> httpx.Auth:
    try:
        return httpx.NetRCAuth(file)
    except (OSError, UnicodeDecodeError, NetrcParseError) as error:
        raise CommandFailed(f"{file} is no netrc file ({type(error).__name__})", 2) from error


async def _replicate(ends: Sequence[httpx.AsyncClient], *, live: bool, create: bool) -> Status:
    async with AsyncExitStack() as stack:
        for client in ends:
            await stack.enter_async_context(client)
        near, far = (HttpPeer(client, str(client.base_url)) for client in ends)
        if create:
            try:
                await near.information()
            except ReplicationError as error:
                raise CommandFailed(f"the source could not be read: {error}", 1) from error
            try:
                await far.create()
            except ReplicationError as error:
                raise CommandFailed(f"the target could not be created: {error}", 1) from error
        replication = Replication(near, far, Options(live=live))
        running = asyncio.ensure_future(replication.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.cancel)
        await asyncio.wait({running})
        return replication.status if running.cancelled() else running.result()


def _client(url: str, otherwise: httpx.Auth | None) -> httpx.AsyncClient:
    """Return a client of one database's server; credentials leave the URL, which errors may tell."""
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise CommandFailed(f"not a URL: {error}", 2) from error
    if read.scheme not in ("http", "https") or not read.host or not read.path.strip("/"):
        raise CommandFailed("a database's URL is http(s)://host/database", 2)
    auth = httpx.BasicAuth(read.username, read.password) if read.username else otherwise
    return httpx.AsyncClient(base_url=read.copy_with(username=None, password=None, query=None), auth=auth)
