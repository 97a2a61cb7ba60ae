"""A real server process on a free port, with its data in a directory of the test's own."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.postgres import free_port

REPOSITORY = Path(__file__).parents[2]
START_S = 30.0
STOP_S = 10.0
READY_LINE = "Ctrl-C"
"""The last line of the announcement starts with it: everything before is printed by then."""


@dataclass
class RunningServer:
    """``python -m server serve --demo``; may be stopped, killed and started again on the same data."""

    home: Path
    port: int = field(default_factory=free_port)
    settings: Mapping[str, str] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _reader: threading.Thread | None = None
    _ready: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        """The address that people and tablets use."""
        return f"http://localhost:{self.port}"

    @property
    def link(self) -> str:
        """The enrolment link of the last start."""
        start = f"{self.origin}/tablette/#e="
        return next(line for line in reversed(self.printed) if line.startswith(start))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes, for other commands on the same data."""
        return {
            **os.environ,
            "ESCALE_DATA": str(self.home / "var"),
            "ESCALE_KEYS": str(self.home / "secrets"),
            "ESCALE_PORT": str(self.port),
            **self.settings,
        }

    def start(self) -> None:
        """Start, and wait until it has announced itself."""
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--demo"],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process, self._ready))
        self._reader.start()
        if not self._ready.wait(START_S) or self._process.poll() is not None:
            self.kill()
            raise RuntimeError("the server did not start:\n" + "\n".join(self.printed))

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop, as Ctrl-C does; return its exit code. Raises ``TimeoutExpired``."""
        return self._end(how)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            if self._reader is not None:
                self._reader.join()
            self._process = None
        return code

    def _read(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self.printed.append(line.rstrip("\n"))
                if line.startswith(READY_LINE):
                    ready.set()
        ready.set()


@contextmanager
def running_server(home: Path, **settings: str) -> Iterator[RunningServer]:
    """Run a demonstration server; ``settings`` are ``ESCALE_…`` variables."""
    server = RunningServer(home, settings=settings)
    server.start()
    try:
        yield server
    finally:
        server.kill()
