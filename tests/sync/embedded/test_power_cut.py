"""The power is cut at random instants, again and again: what was acknowledged is there, whole."""

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import apsw
import pytest

from sync.embedded import EmbeddedEngine
from sync.errors import StorageFailed
from sync.security import Security
from tests.sync.embedded.power_cut import PowerCutDisk
from tests.sync.envelopes import incoming_envelope

pytestmark = pytest.mark.anyio

CUTS = 4
PROJECT = Path(__file__).parents[3]


def write_until_cut(directory: Path, round_name: str, seed: int, *, lies: bool = False) -> set[str]:
    """Run the writing process and kill it; return the batches it acknowledged."""
    awaited = random.Random(seed).randint(1, 150)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.sync.embedded.writing_process", str(directory)),
            *(round_name, str(seed), *(["lying"] if lies else [])),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    with process:
        if process.stdout is None:
            raise RuntimeError("the process has no output")
        acknowledged = {process.stdout.readline().strip() for _ in range(awaited)}
        process.send_signal(signal.SIGKILL)
        acknowledged |= {line.strip() for line in process.stdout}
    assert process.returncode == -signal.SIGKILL
    return acknowledged


async def losses(directory: Path, acknowledged: set[str]) -> list[str]:
    """Open the store on the real disk; return what is missing, half-written or damaged."""
    found: Counter[str] = Counter()
    counts: dict[str, int] = {}
    told: list[str] = []
    try:
        engine = await EmbeddedEngine.open(directory)
    except (StorageFailed, apsw.Error) as error:
        return [f"the store does not open: {error}"]
    for name in await engine.databases():
        page = await engine.changes(name, include_docs=True)
        if len(page.results) != (await engine.information(name)).doc_count:
            told.append(f"{name}: the figures are wrong")
        first = await engine.changes(name, limit=1)
        if len(page.results) != len(first.results) + first.pending:
            told.append(f"{name}: the blocks are wrong")
        for change in page.results:
            body = {} if change.document is None else change.document.body
            found[str(body["batch"])] += 1
            counts[str(body["batch"])] = int(str(body["count"]))
    await engine.aclose()
    told += [f"lost: {batch}" for batch in acknowledged - found.keys()]
    told += [f"half: {batch}" for batch, count in found.items() if count != counts[batch]]
    return told + damage(directory)


def damage(directory: Path) -> list[str]:
    """Return what SQLite finds wrong in each file."""
    told = []
    for path in [directory / "node.sqlite", *(directory / "databases").glob("*.sqlite")]:
        connection = apsw.Connection(str(path))
        checked = connection.execute("PRAGMA integrity_check").get
        connection.close()
        if checked != "ok":
            told.append(f"{path.name}: {checked}")
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_was_acknowledged_outlives_every_power_cut(tmp_path: Path, seed: int) -> None:
    acknowledged: set[str] = set()
    for cut in range(CUTS):
        acknowledged |= write_until_cut(tmp_path, f"{cut}", seed * 100 + cut)

        assert await losses(tmp_path, acknowledged) == []


async def test_a_disk_that_lies_about_syncing_is_found_out(tmp_path: Path) -> None:
    acknowledged = write_until_cut(tmp_path, "0", 1, lies=True)

    assert await losses(tmp_path, acknowledged) != []


async def test_a_cut_within_the_process_loses_nothing_acknowledged(tmp_path: Path) -> None:
    disk = PowerCutDisk("cut-within", seed=1)
    engine = await EmbeddedEngine.open(tmp_path, vfs="cut-within")
    await engine.create_database("t1", Security())
    await engine.write("t1", [incoming_envelope(number) for number in range(50)], new_edits=False)
    disk.cut()

    with pytest.raises(StorageFailed):
        await engine.write("t1", [incoming_envelope(50)], new_edits=False)
    await engine.aclose()
    again = await EmbeddedEngine.open(tmp_path)

    assert (await again.information("t1")).doc_count == 50
    await again.aclose()
