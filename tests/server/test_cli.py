"""The ``escale`` command as a person uses it: a real process, its words and its exit codes."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.support.running_server import REPOSITORY, RunningServer
from tests.support.tablet import Tablet

STOP_S = 3.0
"""What is promised for Ctrl-C with tablets connected, in seconds."""


def escale(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**RunningServer(home).environment, **settings}
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


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


def test_ctrl_c_stops_at_once_with_a_tablet_waiting(running_server: RunningServer) -> None:
    elapsed_s, code = asyncio.run(wait_on_a_feed(running_server))
    assert elapsed_s < STOP_S
    assert code == 0


def test_a_second_start_keeps_the_organisation_and_draws_a_new_card(running_server: RunningServer) -> None:
    first = running_server.link
    running_server.stop()
    running_server.start()
    assert running_server.link != first
    assert httpx.get(f"{running_server.origin}/health/ready").status_code == 200


def test_the_announcement_says_where_to_click(running_server: RunningServer) -> None:
    printed = "\n".join(running_server.printed)
    assert f"{running_server.origin}/coordination/" in printed
    assert "mot de passe à usage unique" in printed
    (code,) = (running_server.home / "var" / "cards").glob("*.png")
    assert str(code) in printed
    assert code.read_bytes().startswith(b"\x89PNG")


def test_other_commands_work_on_the_servers_data(running_server: RunningServer) -> None:
    team = "Médicobus – équipe 1"
    home, port = running_server.home, str(running_server.port)
    card = escale(home, "enrol", "card", "--team", team, "--label", "Bus 2", ESCALE_PORT=port)
    assert card.returncode == 0
    assert "/tablette/#e=" in card.stdout
    assert escale(home, "health", ESCALE_PORT=port).returncode == 0
    unknown = escale(home, "enrol", "card", "--team", "Nulle", "--label", "Bus 2")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert team in unknown.stderr
    running_server.stop()
    assert escale(home, "projection", "rebuild", "--check").returncode == 0
    assert escale(home, "health", ESCALE_PORT=port).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("serve",), {}, "aucune organisation"),
        (("serve",), {"ESCALE_PORT": "0"}, "ESCALE_PORT"),
        (("serve",), {"ESCALE_AUTO_CONFIRM": "1"}, "ESCALE_AUTO_CONFIRM"),
        (("serve", "--demo"), {"ESCALE_DATABASE_URL": "sqlite:////proc/none/escale.db"}, "base de données"),
        (("serve", "--demo"), {"ESCALE_KEYS": "/proc/none"}, "clés"),
        (("enrol", "card", "--team", "x", "--label", "x"), {}, "aucune organisation"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    refused = escale(tmp_path, *arguments, **settings)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_said_in_one_line(running_server: RunningServer, tmp_path: Path) -> None:
    refused = escale(tmp_path / "other", "serve", "--demo", ESCALE_PORT=str(running_server.port))
    assert refused.returncode == 2
    assert str(running_server.port) in refused.stderr


def test_missing_keys_are_never_drawn_again(running_server: RunningServer) -> None:
    running_server.stop()
    (running_server.home / "secrets").rename(running_server.home / "elsewhere")
    refused = escale(running_server.home, "serve", "--demo")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "clés" in refused.stderr
    assert not (running_server.home / "secrets").exists()
