"""``escale journal verify`` names the first line of the access log that is not what was written."""

import pytest

from server.cli import run
from server.review import access_log
from server.review.access_log import ANONYMOUS, Action, Outcome
from server.store.database import Store
from tests.support.organisation import NOON


@pytest.fixture
def environment(sqlite_url: str, sqlite_store: Store) -> dict[str, str]:
    """Settings of a store whose log has three lines."""
    with sqlite_store.session() as session:
        for number in range(3):
            access_log.append(
                session, ANONYMOUS, Action.LOGIN, "login", str(number), Outcome.REFUSED, at=NOON
            )
    return {"ESCALE_DATABASE_URL": sqlite_url}


def test_a_whole_journal_is_counted(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["journal", "verify"], environment) == 0
    assert "3 lignes" in capsys.readouterr().out


def test_a_changed_line_is_named_and_the_exit_code_is_1(
    environment: dict[str, str], sqlite_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite_store.session() as session:
        connection = session.connection()
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE access_log SET outcome = 'done' WHERE sequence = 2")
    assert run(["journal", "verify"], environment) == 1
    assert "ligne 2" in capsys.readouterr().err
