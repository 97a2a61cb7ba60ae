"""On what the measurements were made: without it no number can be compared with another."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import apsw

from tests.e2e.browser import CHROMIUM


def description() -> list[str]:
    """Return what a reader of the numbers must know: date, processor, versions, load."""
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"{os.cpu_count()} × {_processor()}, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        f"replication: SQLite {apsw.sqlite_lib_version()}",
        f"Node {_version('node')}, {_version(CHROMIUM)}",
        load(),
    ]


def load() -> str:
    """Return the load: above the number of processors, everything is slower than it is."""
    one, five, _ = os.getloadavg()
    return f"load {one:.1f} over a minute, {five:.1f} over five, {os.cpu_count()} processors"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=20)
    return told.stdout.strip().removeprefix("v")
