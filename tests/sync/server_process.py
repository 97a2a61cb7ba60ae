"""A real `python -m sync serve`, in a process of its own that can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ADMINISTRATOR = ("central", "a long password")


class ServerProcess:
    """The process and where it listens."""

    def __init__(
        self,
        directory: Path,
        *,
        open_files: int | None = None,
        account: Sequence[str] = ("--admin", ":".join(ADMINISTRATOR)),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        limited = [] if open_files is None else ["prlimit", f"--nofile={open_files}:{open_files}"]
        self._process = subprocess.Popen(
            [
                *limited,
                *(sys.executable, "-m", "sync", "serve", "--port", "0"),
                *("--data", str(directory), *account),
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **(environment or {})},
        )
        # The address is printed once the server listens: reading it is waiting for it.
        self.url = self._line().strip()

    @property
    def process_id(self) -> int:
        """The process's number."""
        return self._process.pid

    def kill(self) -> None:
        """End the process as a power cut does, and wait until it is gone."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> tuple[int, float]:
        """Press Ctrl-C, or send another signal; return the exit status and the seconds that the end took."""
        before = time.monotonic()
        self._process.send_signal(number)
        status = self._process.wait(30)
        return status, time.monotonic() - before

    def resident_bytes(self) -> int:
        """Return the most memory that the process has held (VmHWM)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def close(self) -> None:
        """End the process if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("the process has no output")
        return self._process.stdout.readline()


@contextmanager
def server_process(directory: Path, **options: Any) -> Iterator[ServerProcess]:
    """Run a server on the store in `directory` until the end of the block.

    `open_files` bounds its files; `account` are the arguments that name its administrator.
    """
    server = ServerProcess(directory, **options)
    try:
        yield server
    finally:
        server.close()
