"""The ``escale`` command: one module a command, imported once the arguments and the settings hold.

Exit codes: 0 done; 1 the server is not ready, the projection differs or the journal is broken; 2 bad input,
said in one line.
"""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from server import log, settings
from server.cli.arguments import parse
from server.cli.console import BadInput, complain
from server.demo.texts import text
from server.settings import SettingsError


def main() -> int:
    """Run the command that was typed; return its exit code."""
    log.configure(logging.INFO)
    for talkative in ("alembic", "uvicorn", "httpx"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    return run(sys.argv[1:], os.environ)


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command; return its exit code. Asking for help raises ``SystemExit``, as argparse does."""
    try:
        options = parse(arguments)
        configured = settings.read(environment)
        # The application takes a second to import: not to be waited for by a slip of the fingers.
        command = import_module(f"{__name__}.{options.command}")
        code: int = command.run(options, configured)
    except (BadInput, SettingsError) as error:
        complain(text("error", reason=error))
        return 2
    return code
