"""`escale couchdb provision`, on the double of a CouchDB that was just installed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.central.databases import expected
from server.cli import run
from server.keys import directory
from server.settings import Settings
from server.settings import read as read_settings
from server.store.database import Store
from tests.support.couchdb_double import ADMINISTRATOR, CouchDBDouble, address_of, couchdb_double
from tests.support.organisation import Seeded, seed

pytestmark = pytest.mark.anyio

ORGANISATION = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"


@asynccontextmanager
async def answering(status: int, body: str) -> AsyncIterator[int]:
    """Something that answers HTTP, always the same; yields its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} .\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        yield server.sockets[0].getsockname()[1]


class Command:
    """The command, and the CouchDB that it speaks to."""

    def __init__(self, double: CouchDBDouble, port: int, places: dict[str, str], seeded: Seeded) -> None:
        self.double = double
        self.seeded = seeded
        self.url = f"http://central:a%20secret%3A%20of%202%20words%2F%C3%A9@127.0.0.1:{port}"
        self.environment = {**places, "ESCALE_COUCHDB_URL": self.url}

    async def provision(self, *arguments: str, **environment: str) -> int:
        words = ("couchdb", "provision", *arguments)
        return await asyncio.to_thread(run, words, {**self.environment, **environment})


@pytest.fixture
def places(tmp_path: Path, sqlite_url: str) -> dict[str, str]:
    return {
        "ESCALE_DATA": str(tmp_path / "var"),
        "ESCALE_KEYS": str(tmp_path / "keys"),
        "ESCALE_DATABASE_URL": sqlite_url,
    }


@pytest.fixture
async def command(tmp_path: Path, places: dict[str, str], sqlite_store: Store) -> AsyncIterator[Command]:
    settings: Settings = read_settings(places)
    seeded = seed(sqlite_store, directory.create(settings.keys, ORGANISATION))
    async with couchdb_double(tmp_path / "couchdb") as (double, server):
        made = Command(double, server.port, places, seeded)
        assert read_settings(made.environment).couchdb == address_of(server)
        yield made


async def test_it_says_what_it_did_and_what_was_already_so(
    command: Command, capsys: pytest.CaptureFixture[str], sqlite_store: Store
) -> None:
    assert await command.provision() == 0
    first = capsys.readouterr().out
    assert f"fait       {command.seeded.database}  base\n" in first
    assert "fait       _global_changes  base\n" in first
    assert "redémarrer CouchDB" in first

    command.double.restart()
    assert await command.provision() == 0
    again = capsys.readouterr().out
    assert " fait " not in again
    assert "2 bases, avec leurs droits et leur fonction de validation" in again
    assert "un jeton d’Escale est accepté" in again
    names = await command.double.store.databases()
    assert {name: await command.double.store.security(name) for name in names} == expected(sqlite_store)


async def test_comparing_changes_nothing_and_its_exit_code_tells(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command.provision("--check") == 1
    assert "CouchDB n’est pas comme Escale le demande." in capsys.readouterr().out
    assert await command.double.store.databases() == []

    await command.provision()
    command.double.restart()
    capsys.readouterr()
    assert await command.provision("--check") == 0
    assert "CouchDB est comme Escale le demande." in capsys.readouterr().out


async def test_a_couchdb_that_takes_no_configuration_is_given_a_file(
    command: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command.double.configuration.closed = True
    assert await command.provision() == 1
    assert "--ini FICHIER" in capsys.readouterr().out

    assert await command.provision("--ini", str(tmp_path / "escale.ini")) == 0
    assert "[jwt_keys]" in (tmp_path / "escale.ini").read_text()


async def test_a_former_key_is_named_with_the_way_to_retire_it(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    for settings in command.double.configuration.nodes.values():
        settings["jwt_keys"] = {"ec:former": "a key"}
    await command.provision()
    assert "--retire former" in capsys.readouterr().out

    assert await command.provision("--retire", "former") == 0

    told = capsys.readouterr().out
    assert "ec:former retirée" in told
    assert "ec:former  (" not in told
    assert all("ec:former" not in node["jwt_keys"] for node in command.double.configuration.nodes.values())


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ((), {"ESCALE_COUCHDB_URL": ""}, "ESCALE_COUCHDB_URL ne désigne aucun CouchDB"),
        ((), {"ESCALE_COUCHDB_URL": "http://couch"}, "ESCALE_COUCHDB_URL"),
        (
            (),
            {"ESCALE_COUCHDB_URL": "http://a:hunter2@127.0.0.1:9"},
            "CouchDB ne répond pas (http://127.0.0.1:9)",
        ),
        ((), {"ESCALE_COUCHDB_URL": "http://couch"}, "http(s)://NOM:MOT_DE_PASSE@HÔTE:PORT"),
        (("--retire", "a kid"), {}, "« a kid » n’est pas"),
        (("--retire", "never"), {}, "CouchDB n’a aucune clé « never » : rien n’a été retiré"),
        (("--ini", "/proc/none/escale.ini"), {}, "/proc/none/escale.ini"),
        (("--all",), {}, "--all"),
    ],
)
async def test_what_a_person_can_mend_is_said_in_one_line(
    command: Command,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    environment: dict[str, str],
    said: str,
) -> None:
    assert await command.provision(*arguments, **environment) == 2

    answer = capsys.readouterr().err
    assert said in answer.replace("\u00a0", " ").replace("\u202f", " ")
    assert answer.count("\n") == 1
    assert "hunter2" not in answer


async def test_a_wrong_password_is_said_without_any_password(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = command.url.replace("a%20secret", "hunter2")

    assert await command.provision(ESCALE_COUCHDB_URL=wrong) == 2

    answer = capsys.readouterr().err
    assert "refuse ce nom ou ce mot de passe" in answer
    assert "hunter2" not in answer
    assert ADMINISTRATOR[1] not in answer


@pytest.mark.parametrize("answer", [(200, "<html>Bonjour</html>"), (404, "Not Found"), (200, '{"hello":1}')])
async def test_what_answers_and_is_no_couchdb_is_said_to_be_none(
    command: Command, capsys: pytest.CaptureFixture[str], answer: tuple[int, str]
) -> None:
    async with answering(*answer) as port:
        assert await command.provision(ESCALE_COUCHDB_URL=f"http://a:hunter2@127.0.0.1:{port}") == 2

    assert f"http://127.0.0.1:{port} répond, mais n’est pas un CouchDB" in capsys.readouterr().err
