"""``escale journal verify``: is the access log what was written, line by line?"""

import argparse

from server.cli.console import complain, say
from server.cli.opened import opened
from server.demo.texts import text
from server.review import access_log
from server.review.access_log import ChainBroken
from server.settings import Settings


def run(_options: argparse.Namespace, configured: Settings) -> int:
    """Follow the chain; return 0 when it holds, 1 after naming the first line that does not."""
    with opened(configured) as store, store.session() as session:
        try:
            lines = access_log.verify(session)
        except ChainBroken as broken:
            complain(text("journal_broken", sequence=broken.sequence))
            return 1
    say(text("journal_whole", lines=lines))
    return 0
