"""A real server in a process of its own, that a test can stop, kill and start again on the same data."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60.0
LINK = re.compile(r"\S+/tablette/#e=\S+")
PASSWORD = re.compile(r"^\s*(\S+) \([^)]*\)\s*: mot de passe à usage unique (\S+)\s*$", re.MULTILINE)


def free_port() -> int:
    """Return a TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class ServerProcess:
    """``escale serve``, the demonstration unless told otherwise, on its own port and data directory.

    ``shift_s`` moves the clock of the next start by so many seconds; ``patience_s`` is how long it may take.
    """

    def __init__(
        self, directory: Path, arguments: tuple[str, ...] = ("serve", "--demo"), **environment: str
    ) -> None:
        self.directory = directory
        self.data = directory / "var"
        self.keys = directory / "secrets"
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self.printed = ""
        self.log = directory / "server.log"
        self.shift_s = 0.0
        self.patience_s = START_TIMEOUT_S
        self._arguments = arguments
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def set(self, **environment: str) -> None:
        """Set variables for the next start."""
        self._environment |= environment

    def environment(self) -> dict[str, str]:
        """Return the variables that it starts with, for other commands on the same data."""
        return {
            "ESCALE_DATA": str(self.data),
            "ESCALE_KEYS": str(self.keys),
            "ESCALE_PORT": str(self.port),
            "ESCALE_PWA": str(ROOT / "pwa" / "dist"),
            "ESCALE_AUTO_CONFIRM": str(int("--demo" in self._arguments)),
            "PYTHONUNBUFFERED": "1",
            **self._environment,
        }

    def start(self) -> None:
        """Start it and wait until it is ready; raise ``RuntimeError`` with its output if it ends first."""
        environment = os.environ | self.environment()
        self.printed = ""
        with self.log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._module(), *self._arguments],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait_until_ready()

    def _module(self) -> tuple[str, ...]:
        return ("tests.support.server_at", str(self.shift_s)) if self.shift_s else ("server",)

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as printed:
            for line in printed:
                self.printed += line

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{self.printed}\n{self.log.read_text()[-4000:]}")
            try:
                with urllib.request.urlopen(f"{self.origin}/health/ready", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                pass
            self._poll_pause()
        raise RuntimeError(f"the server was not ready in time:\n{self.printed}")

    @staticmethod
    def _poll_pause() -> None:
        threading.Event().wait(0.05)

    def stop(self) -> float:
        """Ask it to stop as Ctrl-C does; return the seconds it took."""
        if self._process is None:
            return 0.0
        started = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=20)
        self._forget()
        return time.monotonic() - started

    def kill(self) -> None:
        """Pull the plug."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._forget()

    def _forget(self) -> None:
        if self._reader is not None:
            self._reader.join()
        self._process = self._reader = None

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The running process's number."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def enrolment_link(self, campaign: str = "") -> str:
        """Return the tablet's link, as printed to be clicked; the bus's, or another campaign's."""
        if not campaign:
            return self._said(LINK, "enrolment link").group(0)
        below = re.compile(rf"^  {re.escape(campaign)}, .*\n\s*({LINK.pattern})\s", re.MULTILINE)
        return self._said(below, f"enrolment link for {campaign}").group(1)

    def one_time_password(self, login: str) -> str:
        """Return the one-time password printed for a coordinator."""
        printed = re.compile(PASSWORD.pattern.replace(r"(\S+)", re.escape(login), 1), re.MULTILINE)
        return self._said(printed, f"one-time password for {login}").group(1)

    def _said(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        """Wait until it is printed: the server may be ready a moment before it has said so."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            found = pattern.search(self.printed)
            if found is not None:
                return found
            self._poll_pause()
        raise RuntimeError(f"no {what} was printed:\n{self.printed}")
