"""The Apache CouchDB that COUCHDB_URL names, and what the summary says where there is none.

`tests/conftest.py` calls these; a test that needs a real CouchDB is marked `couchdb` and reads `URL`.
"""

import os

import pytest

VARIABLE = "COUCHDB_URL"
URL = os.environ.get(VARIABLE)
"""An administrator's address, `http://USER:PASSWORD@HOST:PORT`; databases `contract-…` are made there."""

LEFT_OUT = pytest.StashKey[int]()


def leave_out_where_absent(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests marked `couchdb` when no CouchDB is named."""
    marked = [item for item in items if item.get_closest_marker("couchdb") is not None]
    if URL is None and marked:
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in set(marked)]
        config.stash[LEFT_OUT] = len(marked)


def tell_the_controller(config: pytest.Config) -> None:
    """In a process of pytest-xdist, hand over how many were left out."""
    output: dict[str, int] | None = getattr(config, "workeroutput", None)
    if output is not None:
        output[VARIABLE] = config.stash.get(LEFT_OUT, 0)


def told_by(config: pytest.Config, output: dict[str, int]) -> None:
    """Take over what a process of pytest-xdist left out: each collects all the tests."""
    config.stash[LEFT_OUT] = max(config.stash.get(LEFT_OUT, 0), output.get(VARIABLE, 0))


def summary(config: pytest.Config) -> str | None:
    """Return the line that says what did not meet a real CouchDB; None when nothing was left out."""
    count = config.stash.get(LEFT_OUT, 0)
    if not count:
        return None
    return f"{VARIABLE} is not set: {count} tests that need a real Apache CouchDB did not run."
