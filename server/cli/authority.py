"""``escale authority create``: a private authority for hubs' certificates (docs/hub.md)."""

import argparse

from server import clock
from server.certificates.authority import KEY, Authority
from server.certificates.errors import AuthorityUnusable
from server.cli.console import BadInput, say
from server.demo.texts import text
from server.settings import Settings


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Make the authority for the replication host; return 0."""
    host = configured.sync_host
    try:
        path = Authority.create(options.directory.resolve(), host, clock.now())
    except AuthorityUnusable as error:
        raise BadInput(text("authority", path=error.path, reason=error.reason)) from error
    say(text("authority_created", host=host, path=path, secret=path.with_name(KEY)))
    return 0
