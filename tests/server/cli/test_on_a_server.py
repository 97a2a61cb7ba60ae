"""The ``escale`` command on a server's data: a real process where signals and exits matter."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.cli import run
from tests.support.running_server import REPOSITORY, RunningServer
from tests.support.running_server import running_server as run_server
from tests.support.server_process import free_port
from tests.support.tablet import Tablet

STOP_S = 3.0
"""What is promised for Ctrl-C with tablets connected, in seconds."""

TEAM = "Médicobus – équipe 1"


READY_S = 20.0

pytestmark = pytest.mark.xdist_group("a server for all these tests")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server for all these tests; one that stops it starts it again."""
    with run_server(tmp_path_factory.mktemp("served"), ESCALE_AUTO_CONFIRM="1") as running:
        yield running


def wait_until_ready(server: RunningServer) -> None:
    """Return once the projection has gone through all that was there; the address is announced before."""
    deadline = time.monotonic() + READY_S
    while httpx.get(f"{server.origin}/health/ready").status_code != 200:
        if time.monotonic() > deadline:
            raise TimeoutError("the server is not ready")


async def enrol(server: RunningServer, http: httpx.AsyncClient) -> Tablet:
    tablet = Tablet(http)
    redeemed = await tablet.redeem(server.link)
    assert redeemed.json()["state"] == "confirmed"
    await tablet.sign_in()
    await tablet.facts()
    return tablet


async def wait_on_a_feed(server: RunningServer) -> tuple[float, int]:
    """Stop the server while a tablet waits on its feed; return how long it took, and the exit code."""
    async with httpx.AsyncClient(base_url=server.origin, timeout=30) as http:
        tablet = await enrol(server, http)
        feed = f"/sync/{tablet.database}/_changes"
        waiting = {"feed": "longpoll", "since": "now", "timeout": "60000", "heartbeat": "5000"}
        async with http.stream("GET", feed, params=waiting, headers=tablet.bearer) as answer:
            assert answer.status_code == 200
            start = time.monotonic()
            code = await asyncio.to_thread(server.stop, signal.SIGINT)
            return time.monotonic() - start, code


def test_the_announcement_says_where_to_click(server: RunningServer) -> None:
    printed = "\n".join(server.printed)
    assert f"{server.origin}/coordination/" in printed
    assert "mot de passe à usage unique" in printed
    (code,) = (server.home / "var" / "cards").glob("*.png")
    assert str(code) in printed
    assert code.read_bytes().startswith(b"\x89PNG")


def test_a_card_is_issued_beside_a_running_server(
    server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["enrol", "card", "--team", TEAM, "--label", "Bus 2"], server.environment) == 0
    assert f"{server.origin}/tablette/#e=" in capsys.readouterr().out


def test_a_card_for_an_unknown_team_names_the_known_ones(
    server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["enrol", "card", "--team", "Nulle", "--label", "Bus 2"], server.environment) == 2
    said = capsys.readouterr().err
    assert (TEAM in said, said.count("\n")) == (True, 1)


def test_health_asks_the_server(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    wait_until_ready(server)
    assert run(["health"], server.environment) == 0
    assert "prêt" in capsys.readouterr().out


def test_health_of_no_server_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["health"], RunningServer(tmp_path).environment) == 1
    assert "ne répond pas" in capsys.readouterr().err


def test_the_journal_of_a_server_is_verified(
    server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["journal", "verify"], server.environment) == 0
    assert "vérifié" in capsys.readouterr().out


def test_a_taken_port_is_said_in_one_line(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = RunningServer(tmp_path, port=server.port).environment
    assert run(["serve", "--demo"], elsewhere) == 2
    said = capsys.readouterr().err
    assert (str(server.port) in said, said.count("\n")) == (True, 1)
    assert not (tmp_path / "var").exists(), "nothing was drawn that the running server would not know"


def test_a_second_start_keeps_the_organisation_and_draws_a_new_card(server: RunningServer) -> None:
    first = server.link
    server.stop()
    server.start()
    assert server.link != first
    wait_until_ready(server)


def test_ctrl_c_stops_at_once_with_a_tablet_waiting(server: RunningServer) -> None:
    elapsed_s, code = asyncio.run(wait_on_a_feed(server))
    server.start()
    assert elapsed_s < STOP_S
    assert code == 0


def test_a_stopped_servers_projection_is_what_its_documents_give(server: RunningServer) -> None:
    server.stop()
    checked = subprocess.run(
        [sys.executable, "-m", "server", "projection", "rebuild", "--check"],
        cwd=REPOSITORY,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    server.start()
    assert checked.returncode == 0
    assert {json.loads(line)["level"] for line in checked.stderr.splitlines()} == {"info"}
    assert "aucune différence" in checked.stdout


def test_missing_keys_are_never_drawn_again(
    server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, elsewhere = server.home / "secrets", server.home / "elsewhere"
    keys.rename(elsewhere)
    try:
        environment = {**server.environment, "ESCALE_AUTO_CONFIRM": "0", "ESCALE_PORT": str(free_port())}
        assert run(["serve", "--demo"], environment) == 2
        assert not keys.exists()
    finally:
        elsewhere.rename(keys)
    said = capsys.readouterr().err
    assert ("clés" in said, said.count("\n")) == (True, 1)
