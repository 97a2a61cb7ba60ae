"""A real hub in a process of its own, that a test can stop, kill and start again on the same directory."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import IO
from urllib.error import URLError

from tests.support.server_process import ROOT, free_port

START_TIMEOUT_S = 30.0


class HubProcess:
    """``escale hub`` towards a central at ``central``, on a free port."""

    def __init__(self, directory: Path, central: str, *arguments: str) -> None:
        self.data = directory / "hub"
        self.log = directory / "hub.log"
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self._command = ["hub", "--central", central, "--data", str(self.data), "--port", str(self.port)]
        self._command += arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str, ready: bool = True, stdin: IO[str] | None = None) -> None:
        """Start it with more arguments, and wait until it serves tablets, or only its page."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server", *self._command, *arguments],
                cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_for("ready" if ready else "live")

    def wait_for(self, health: str) -> None:
        """Wait until it is ``live`` or ``ready``; raise ``RuntimeError`` with its log if it ends first."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"the hub ended:\n{self.log.read_text()[-4000:]}")
            try:
                with urllib.request.urlopen(f"{self.origin}/health/{health}", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                pass
            threading.Event().wait(0.05)
        raise RuntimeError(f"the hub was not {health} in time:\n{self.log.read_text()[-4000:]}")

    def page(self) -> str:
        """Return its page."""
        with urllib.request.urlopen(f"{self.origin}/", timeout=5) as answer:
            read: bytes = answer.read()
        return read.decode()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Ask it to stop; return its exit code and the seconds it took."""
        if self._process is None:
            return 0, 0.0
        started = time.monotonic()
        self._process.send_signal(how)
        code = self._process.wait(timeout=20)
        self._process = None
        return code, time.monotonic() - started

    def kill(self) -> None:
        """Pull the plug."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def process_id(self) -> int:
        """The process's number."""
        if self._process is None:
            raise RuntimeError("the hub is not running")
        return self._process.pid

    @property
    def resident_kb(self) -> int:
        """How much memory it holds, in kilobytes (Linux)."""
        if self._process is None:
            raise RuntimeError("the hub is not running")
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1])
