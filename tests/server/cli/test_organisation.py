"""``escale organisation create``: from nothing to a server where somebody can log in."""

import re
from pathlib import Path

import pytest

from server.auth import login
from server.auth.sessions import find
from server.cli import run
from server.store.control import Role
from server.store.database import Store, connect
from tests.support.organisation import NOON

CREATE = (
    "organisation",
    "create",
    "--title",
    "CPTS d’essai",
    "--coordinator",
    "Cléo Essai",
    "--login",
    "Cleo",
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings of a machine where nothing is yet."""
    return {"ESCALE_DATA": str(tmp_path / "var"), "ESCALE_KEYS": str(tmp_path / "keys")}


def test_its_coordinator_logs_in_with_the_printed_password_and_must_choose_another(
    environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CREATE, environment) == 0
    printed = re.search(r"cleo .*usage unique (\S+)", capsys.readouterr().out)
    assert printed is not None
    store = Store(connect(f"sqlite:///{tmp_path / 'var' / 'escale.db'}"))
    signed = login.sign_in(store, "cleo", printed[1], "198.51.100.7", NOON)
    with store.session() as session:
        coordinator = find(session, signed.secret, NOON)
    store.close()
    assert coordinator is not None
    assert (coordinator.name, coordinator.role) == ("Cléo Essai", Role.CLINICAL_COORDINATOR)
    assert coordinator.must_choose_password


def test_its_keys_are_outside_the_data(environment: dict[str, str], tmp_path: Path) -> None:
    assert run(CREATE, environment) == 0
    (home,) = (tmp_path / "keys").iterdir()
    assert {file.name for file in home.iterdir()} == {"signing.jwks", "encryption.jwks", "token.jwks"}


def test_a_second_one_is_refused_and_changes_nothing(
    environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(CREATE, environment)
    before = sorted((tmp_path / "keys").rglob("*"))
    capsys.readouterr()
    assert run(CREATE, environment) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert sorted((tmp_path / "keys").rglob("*")) == before
