"""The store, opened for one command; what is wrong with it is said in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from server.app import open_store
from server.central.errors import NoOrganisation
from server.certificates.errors import AuthorityUnusable
from server.cli.console import BadInput
from server.demo.texts import text
from server.keys.errors import CannotOpen, KeysUnavailable
from server.settings import Settings
from server.store.database import Store
from sync.errors import StorageError, Unauthorized


@contextmanager
def opened(configured: Settings) -> Iterator[Store]:
    """Yield the store, and close it; ``BadInput`` says what the stores or the keys lack."""
    with explained(configured):
        store = open_store(configured)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def explained(configured: Settings) -> Iterator[None]:
    """Turn what a person can mend, of stores and keys, into ``BadInput``."""
    try:
        yield
    except KeysUnavailable as error:
        raise BadInput(text("keys", path=error.path)) from error
    except CannotOpen as error:
        raise BadInput(text("keys", path=configured.keys)) from error
    except NoOrganisation as error:
        raise BadInput(text("no_organisation", data=configured.data)) from error
    except AuthorityUnusable as error:
        raise BadInput(text("authority", path=error.path, reason=error.reason)) from error
    except SQLAlchemyError as error:
        raise BadInput(text("store", reason=type(error).__name__)) from error
    except Unauthorized as error:
        raise BadInput(text("couchdb_refuses", address=configured.couchdb)) from error
    except StorageError as error:
        if configured.couchdb is not None:
            raise BadInput(text("couchdb_away", address=configured.couchdb)) from error
        raise BadInput(text("engine", reason=error.reason)) from error
