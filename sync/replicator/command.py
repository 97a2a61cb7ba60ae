"""`python -m sync replicate SOURCE TARGET`: one replication between two CouchDB databases, by their URLs."""

import argparse
import asyncio
import signal
from contextlib import AsyncExitStack

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
    parser.add_argument("--live", action="store_true", help="wait for changes until interrupted")
    parser.add_argument("--create", action="store_true", help="create the target unless it exists")


def run(asked: argparse.Namespace) -> str:
    """Replicate; return one line of JSON that says what was done. Raises CommandFailed."""
    status = asyncio.run(_replicate(asked.source, asked.target, live=asked.live, create=asked.create))
    if status.state is State.FAILED:
        raise CommandFailed(f"the replication failed: {status.last_error}", 1)
    return orjson.dumps(status.to_json()).decode()


async def _replicate(source: str, target: str, *, live: bool, create: bool) -> Status:
    async with AsyncExitStack() as stack:
        ends = [await stack.enter_async_context(_client(url)) for url in (source, target)]
        near, far = (HttpPeer(client, str(client.base_url)) for client in ends)
        if create:
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


def _client(url: str) -> httpx.AsyncClient:
    """Return a client of one database's server; credentials leave the URL, which errors may tell."""
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise CommandFailed(f"not a URL: {error}", 2) from error
    if read.scheme not in ("http", "https") or not read.host or not read.path.strip("/"):
        raise CommandFailed("a database's URL is http(s)://host/database", 2)
    auth = httpx.BasicAuth(read.username, read.password) if read.username else None
    return httpx.AsyncClient(base_url=read.copy_with(username=None, password=None, query=None), auth=auth)
