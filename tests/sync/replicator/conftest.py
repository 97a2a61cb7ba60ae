"""A source, a target, and a clock that nobody waits for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync.embedded import EmbeddedEngine
from tests.sync.replicator.world import Time, node


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    async with node(tmp_path / "source") as opened:
        yield opened


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    async with node(tmp_path / "target") as opened:
        yield opened


@pytest.fixture
def time() -> Time:
    return Time()
