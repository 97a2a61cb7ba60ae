"""``escale projection rebuild``: the read model made again from zero, or compared."""

import argparse
import asyncio

from forms.load import published
from server import clock
from server.central import organisation, published_forms
from server.cli.console import say
from server.cli.opened import opened
from server.demo.texts import text
from server.engine import open_engine
from server.projection import collector
from server.projection.rebuild import Rebuilt, rebuild
from server.settings import Settings
from server.store.database import Store


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Rebuild, or check; return 1 when a check finds differences, else 0."""
    with opened(configured) as store:
        collector.settle()
        rebuilt = asyncio.run(_rebuilt(store, configured, check=options.check))
    found = {
        "records": rebuilt.records,
        "quarantined": rebuilt.quarantined,
        "differences": sum(rebuilt.differences.values()),
        "tables": ", ".join(sorted(rebuilt.differences)),
    }
    if not options.check:
        say(text("rebuilt", **found))
        return 0
    say(text("checked_same" if rebuilt.same else "checked_different", **found))
    return 0 if rebuilt.same else 1


async def _rebuilt(store: Store, configured: Settings, *, check: bool) -> Rebuilt:
    _, keys = organisation.load(store, configured.keys)
    forms = published()
    published_forms.load(store, keys, forms)
    engine = await open_engine(configured)
    try:
        return await rebuild(store, engine, keys, forms, clock.now, check=check)
    finally:
        await engine.aclose()
