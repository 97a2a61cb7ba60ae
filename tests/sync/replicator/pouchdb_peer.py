"""A real express-pouchdb, in a process of its own: a CouchDB that is none of ours."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def express_pouchdb(client_script: Path, *parts: str) -> Iterator[str]:
    """Run one until the end of the block; give the address of its empty database `t1`.

    `parts` are those of express-pouchdb that it serves beyond what a PouchDB asks.
    """
    process = subprocess.Popen(
        ["node", str(client_script.with_name("peer.cjs")), *([",".join(parts)] if parts else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the process has no output")
        url = process.stdout.readline().strip()
        httpx.put(f"{url}/t1").raise_for_status()
        yield f"{url}/t1"
    finally:
        process.kill()
        process.communicate()
