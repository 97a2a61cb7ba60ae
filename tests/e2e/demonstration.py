"""The form components by themselves (``pwa/tests/forms/demo``), served by Vite."""

import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.server_process import ROOT

PATIENCE_S = 60


@contextmanager
def served(log: Path) -> Iterator[str]:
    """Yield the page's address, its server ready; what the server prints goes to ``log``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    vite = ["node", "node_modules/vite/bin/vite.js"]
    command = [*vite, "--host", "127.0.0.1", "--port", str(port), "--strictPort"]
    with log.open("w") as printed:
        server = subprocess.Popen(command, cwd=ROOT / "pwa", stdout=printed, stderr=printed)
    try:
        address = f"http://127.0.0.1:{port}/tablette/tests/forms/demo/index.html"
        _wait_until_served(address, server, log)
        yield address
    finally:
        server.kill()
        server.wait()


def _wait_until_served(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends_at = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < ends_at:
        with suppress(OSError), urllib.request.urlopen(address, timeout=PATIENCE_S):
            return
        threading.Event().wait(0.1)
    raise RuntimeError(f"the page was not served in time:\n{log.read_text()}")
