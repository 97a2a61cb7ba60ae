"""Brings the store's tables to the version this code needs; every start does it, and the tests.

Revisions live in ``migrations/versions``. To add one, change the models, then run
``python -m server.store.migrate "what changes"`` and read what it wrote.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from server.store.database import connect

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection; no ini file is involved."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Apply the missing revisions, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "head")


def add_revision(message: str) -> None:
    """Write a new revision from the difference between the models and an empty SQLite database upgraded."""
    with TemporaryDirectory() as directory:
        engine = connect(f"sqlite:///{directory}/empty.db")
        upgrade(engine)
        with engine.begin() as connection:
            number = len(list((MIGRATIONS / "versions").glob("*.py"))) + 1
            command.revision(configuration(connection), message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    add_revision(sys.argv[1])
