"""A real PostgreSQL in a temporary directory, for as long as the tests run."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "apt-get install postgresql"


def binaries() -> Path:
    """The directory of the newest PostgreSQL installed; fails with how to install one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise RuntimeError(f"these tests need PostgreSQL: {INSTALL}")
    return found[-1].parent


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root: step down to its own account."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str], home: Path) -> None:
    # Output goes nowhere: a pipe would stay open in the server that pg_ctl leaves behind.
    subprocess.run(
        [*_as_postgres(), *command],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=home,
    )


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server on a free port; yield a SQLAlchemy URL up to, and with, the slash before a database."""
    programs = binaries()
    home = Path(tempfile.mkdtemp(prefix="escale-postgres-"))
    if _as_postgres():
        shutil.chown(home, "postgres")
    cluster = home / "cluster"
    port = free_port()
    options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -p {port} -c fsync=off"
    create = ["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
    control = [str(programs / "pg_ctl"), "-D", str(cluster), "-w", "-l", str(home / "log"), "-o", options]
    try:
        _run([str(programs / "initdb"), *create, "-D", str(cluster)], home)
        _run([*control, "start"], home)
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
        finally:
            _run([*control, "-m", "immediate", "stop"], home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
