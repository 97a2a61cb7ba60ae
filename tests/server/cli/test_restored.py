"""``escale restored`` makes a store that was put back from a copy another one to whoever knew it."""

import asyncio
from pathlib import Path

import pytest

from server.cli import run
from sync.embedded import EmbeddedEngine
from sync.security import Security

DB = "t1"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"ESCALE_DATA": str(tmp_path / "var"), "ESCALE_KEYS": str(tmp_path / "keys")}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A replication store with one document."""

    async def made() -> None:
        engine = await EmbeddedEngine.open(tmp_path / "var" / "sync")
        await engine.create_database(DB, Security())
        await engine.put(DB, "a", {}, revision=None)
        await engine.aclose()

    asyncio.run(made())
    return tmp_path / "var" / "sync"


async def identities(store: Path) -> tuple[str, str]:
    engine = await EmbeddedEngine.open(store)
    found = engine.instance, (await engine.changes(DB)).last_seq
    await engine.aclose()
    return found


def test_identities_are_drawn_anew_and_counted_in_one_line(
    environment: dict[str, str], store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = asyncio.run(identities(store))

    assert run(["restored"], environment) == 0

    said = capsys.readouterr().out
    assert ("1 bases" in said, said.count("\n")) == (True, 1)
    after = asyncio.run(identities(store))
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_beside_a_running_server_it_refuses_and_changes_nothing(
    environment: dict[str, str], store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = asyncio.run(identities(store))

    async def refused() -> int:
        engine = await EmbeddedEngine.open(store)
        try:
            return await asyncio.to_thread(run, ["restored"], environment)
        finally:
            await engine.aclose()

    assert asyncio.run(refused()) == 2
    said = capsys.readouterr().err
    assert ("un autre serveur l’utilise-t-il" in said, said.count("\n")) == (True, 1)
    assert asyncio.run(identities(store)) == before


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ((), {}, "aucun magasin de réplication dans"),
        ((), {"ESCALE_COUCHDB_URL": "http://a:b@127.0.0.1:1"}, "docs/backup.md"),
        (("now",), {}, "n’est pas compris"),
    ],
)
def test_what_it_cannot_do_is_said_in_one_line(
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    settings: dict[str, str],
    said: str,
) -> None:
    assert run(["restored", *arguments], {**environment, **settings}) == 2
    answer = capsys.readouterr().err
    assert (said in answer, answer.count("\n")) == (True, 1)
    assert not Path(environment["ESCALE_DATA"]).exists()
