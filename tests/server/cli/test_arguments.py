"""What the command says of words and settings that it cannot follow: one line of French, exit code 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import run
from tests.support.running_server import REPOSITORY, RunningServer


def environment(home: Path, **settings: str) -> dict[str, str]:
    return {**RunningServer(home).environment, **settings}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "escale [-h] {serve"),
        (("sert",), "escale [-h] {serve"),
        (("serve", "--démo"), "--démo\u00a0» n’est pas compris"),
        (("enrol",), "escale enrol [-h] {card}"),
        (("enrol", "card", "--team", "x"), "--label LABEL"),
        (("projection", "rebuild", "--check=2"), "escale projection rebuild [-h] [--check]"),
        (("demo", "year", "--seed", "1", "--weeks", "60"), "--weeks attend un nombre entier de 1 à 52"),
        (("demo", "year", "--seed", "x"), "--seed attend un nombre entier de 0 à"),
        (("hub", "--data", "x"), "--central CENTRAL"),
        (
            ("hub", "--central", "http://x", "--data", "x", "--port", "0"),
            "--port attend un nombre entier",
        ),
        (("hub", "--central", "x", "--data", "x"), "n’est pas l’adresse d’un serveur"),
        (("hub", "--central", "http://x", "--sync", "x", "--data", "x"), "n’est pas l’adresse d’un serveur"),
        (("hub", "--central", "http://x", "--data", "/proc/none"), "dossier du boîtier"),
        (("authority", "create", "/proc/none"), "l’autorité des boîtiers n’est pas utilisable"),
        (("organisation", "create", "--title", " ", "--coordinator", "x", "--login", "x"), "--title TITLE"),
    ],
)
def test_unknown_words_are_answered_with_what_is_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(arguments, environment(tmp_path)) == 2
    answer = capsys.readouterr().err
    assert said in answer
    assert answer.startswith("Erreur\u00a0: ")
    assert answer.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("serve",), {}, "escale organisation create"),
        (("serve",), {"ESCALE_PORT": "0"}, "ESCALE_PORT"),
        (("serve",), {"ESCALE_TRUSTED_PROXIES": "*"}, "ESCALE_TRUSTED_PROXIES"),
        (("serve",), {"ESCALE_AUTO_CONFIRM": "1"}, "ESCALE_AUTO_CONFIRM"),
        (("serve", "--demo"), {"ESCALE_DATABASE_URL": "sqlite:////proc/none/escale.db"}, "base de données"),
        (("serve", "--demo"), {"ESCALE_KEYS": "/proc/none"}, "clés"),
        (("enrol", "card", "--team", "x", "--label", "x"), {}, "aucune organisation"),
        (("projection", "rebuild"), {}, "aucune organisation"),
    ],
)
def test_what_a_person_can_mend_is_said_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    settings: dict[str, str],
    said: str,
) -> None:
    assert run(arguments, environment(tmp_path, **settings)) == 2
    answer = capsys.readouterr().err
    assert said in answer
    assert answer.count("\n") == 1


def test_the_process_exits_with_2_and_no_traceback(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "server", "sert"],
        cwd=REPOSITORY,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_a_wrong_word_is_answered_without_importing_the_application(tmp_path: Path) -> None:
    program = "import sys; from server.cli import run; run(['sert'], {}); print(*sorted(sys.modules))"
    imported = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
    assert not {"litestar", "sqlalchemy", "cryptography", "httpx"}.intersection(imported)
