"""``escale hub``: whose card it takes, from where, and what it never begins over."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import run
from server.hub.card import Card
from server.hub.home import Home
from tests.support.hub_process import HubProcess
from tests.support.server_process import ROOT

SECRET = "a-secret-of-32-random-bytes"
NOBODY = "http://127.0.0.1:9"


def link(secret: str = SECRET) -> str:
    said = json.dumps({"k": "thumbprint", "s": secret, "h": 1}).encode()
    return "https://escale.example/tablette/#e=" + base64.urlsafe_b64encode(said).decode().rstrip("=")


def test_databases_that_lost_their_hub_are_kept_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "hub")
    home.begin(Card("thumbprint", SECRET))
    home.store.mkdir()
    (home.store / "t1").write_text("an envelope that central has not yet")
    (tmp_path / "hub" / "hub.json").unlink()
    for more in ([], ["--card", link()]):
        assert run(["hub", "--central", NOBODY, "--data", str(tmp_path / "hub"), *more], {}) == 2
        said = capsys.readouterr().err
        assert "Rien n’a été effacé" in said
        assert len(said.splitlines()) == 1
    assert (home.store / "t1").exists()


def command_lines() -> str:
    """What ``ps`` shows of every process."""
    shown = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            shown.append(path.read_text(errors="replace"))
        except OSError:
            continue
    return "\n".join(shown)


@pytest.mark.parametrize("is_piped", [False, True])
def test_a_card_from_a_file_or_a_pipe_is_in_no_process_list(tmp_path: Path, *, is_piped: bool) -> None:
    (tmp_path / "card").write_text(link() + "\n")
    hub = HubProcess(tmp_path, NOBODY)
    with (tmp_path / "card").open() as card:
        hub.start(*("--card-file", "-" if is_piped else str(tmp_path / "card")), ready=False, stdin=card)
    try:
        assert "Ce boîtier attend d’être confirmé" in hub.page()
        assert link() not in command_lines()
    finally:
        hub.kill()
    begun = Home(hub.data).load()
    assert begun is not None
    assert begun.card == Card("thumbprint", SECRET)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--card-file", "/nowhere/card"), "le fichier de la carte est illisible"),
        (("--card-file", "-"), "n’est pas celui d’une carte"),
        (("--card-file", "-", "--card", "x"), "--card-file FICHIER"),
    ],
)
def test_a_card_that_cannot_be_read_is_said_in_one_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "server", "hub", "--central", NOBODY, "--data", str(tmp_path), *words],
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
