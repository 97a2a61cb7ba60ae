"""``escale health``: is the server ready? For a container's health check: nothing heavy is imported."""

import argparse
from http.client import HTTPConnection, HTTPException

from server.cli.console import complain, say
from server.demo.texts import text
from server.settings import Settings

TIMEOUT_S = 5.0


def run(_options: argparse.Namespace, configured: Settings) -> int:
    """Ask; return 0 when it is ready, else 1."""
    connection = HTTPConnection(configured.host, configured.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/health/ready")
        status = connection.getresponse().status
        reason = None if status == 200 else str(status)
    except (OSError, HTTPException) as error:
        reason = type(error).__name__
    finally:
        connection.close()
    if reason is not None:
        complain(text("unhealthy", reason=reason))
        return 1
    say(text("healthy"))
    return 0
