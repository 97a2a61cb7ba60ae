"""``escale couchdb provision``: what a CouchDB must be told to serve tablets. It may be done again."""

import argparse
import asyncio
import re
from collections.abc import Sequence

from server import clock
from server.central import databases, organisation
from server.cli.console import BadInput, say
from server.cli.opened import opened
from server.demo.texts import text
from server.engine import is_validated
from server.enrolment.tokens import AccessTokens
from server.keys.organisation import OrganisationKeys
from server.settings import Settings
from sync.couchdb import ini, provisioning
from sync.couchdb.address import Address
from sync.couchdb.client import Client
from sync.couchdb.provisioning import State, Step
from sync.errors import StorageFailed, SyncError, Unauthorized
from sync.security import Security

_KID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TRIAL_S = 60
"""Life of the token by which the configuration is tried, in seconds; it opens no database."""


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Provision, or compare; return 1 when something is not as it must be, else 0."""
    if configured.couchdb is None:
        raise BadInput(text("couchdb_unset"))
    with opened(configured) as store:
        _, keys = organisation.load(store, configured.keys)
        expected = databases.expected(store)
    for kid in options.retire:
        if _KID.fullmatch(kid) is None or kid == keys.token.thumbprint():
            raise BadInput(text("couchdb_kid", kid=kid))
    try:
        return asyncio.run(_Provision(options, configured.couchdb, keys, expected).run())
    except ini.NotOurs as error:
        raise BadInput(text("couchdb_ini", path=options.ini)) from error
    except OSError as error:
        raise BadInput(text("couchdb_ini", path=options.ini)) from error
    except StorageFailed as error:
        raise BadInput(text("couchdb_away", address=configured.couchdb)) from error
    except Unauthorized as error:
        raise BadInput(text("couchdb_refuses", address=configured.couchdb)) from error
    except SyncError as error:
        raise BadInput(text("couchdb_failed", address=configured.couchdb, reason=error.reason)) from error


class _Provision:
    """One run of the command."""

    def __init__(
        self,
        options: argparse.Namespace,
        address: Address,
        keys: OrganisationKeys,
        expected: dict[str, Security],
    ) -> None:
        self._options = options
        self._address = address
        self._keys = keys
        self._expected = expected
        self._public = {keys.token.thumbprint(): keys.token.as_pem(private=False).decode("ascii")}

    async def run(self) -> int:
        """Do, or compare, everything; return the exit code."""
        check = self._options.check
        client = Client(self._address)
        try:
            if not await provisioning.is_couchdb(client):
                raise BadInput(text("couchdb_not_one", address=self._address))
            steps = await provisioning.system_databases(client, check=check)
            steps += await self._configuration(client)
            of_databases = await provisioning.databases(client, self._expected, is_validated, check=check)
            kept = await provisioning.other_keys(client, self._public)
            believed = await provisioning.token_is_believed(client, self._trial_token())
        finally:
            await client.aclose()
        _tell(steps)
        _tell_databases(of_databases)
        for kid in kept:
            say(text("couchdb_other_key", kid=kid))
        say(text("couchdb_token" if believed else "couchdb_restart"))
        self._require_retired(steps)
        return self._end([*steps, *of_databases], believed=believed)

    async def _configuration(self, client: Client) -> list[Step]:
        asked = {"retired": self._options.retire, "check": self._options.check}
        if self._options.ini is None:
            return await provisioning.configuration(client, self._public, **asked)
        return await asyncio.to_thread(ini.write_configuration, self._options.ini, self._public, **asked)

    def _require_retired(self, steps: Sequence[Step]) -> None:
        """Refuse a former key that CouchDB does not have: mistyped, most likely, and another one stays."""
        for kid in () if self._options.check else self._options.retire:
            if all(step.state is State.ALREADY for step in steps if step.what == provisioning.removal(kid)):
                raise BadInput(text("couchdb_not_retired", kid=kid))

    def _trial_token(self) -> str:
        token, _ = AccessTokens(self._keys, _TRIAL_S).issue("escale-couchdb-provision", "", [], clock.now())
        return token

    def _end(self, steps: Sequence[Step], *, believed: bool) -> int:
        if any(step.state is State.REFUSED for step in steps):
            say(text("couchdb_use_ini"))
            return 1
        if not self._options.check:
            return 0
        same = believed and all(step.state is State.ALREADY for step in steps)
        say(text("couchdb_same" if same else "couchdb_differs"))
        return 0 if same else 1


def _tell(steps: Sequence[Step]) -> None:
    for step in steps:
        say(text(f"couchdb_step_{step.state}", subject=step.subject, what=_in_words(step.what)))


def _in_words(what: str) -> str:
    """Return what a step is about: CouchDB's own names stay as they are."""
    if what == "database":
        return text("couchdb_what_database")
    setting = what.removesuffix(" removed")
    return what if setting == what else text("couchdb_what_removed", what=setting)


def _tell_databases(steps: Sequence[Step]) -> None:
    """Tell what was not as it must be; of the others, there may be thousands, only how many they are."""
    changed = [step for step in steps if step.state is not State.ALREADY]
    _tell(changed)
    same = {step.subject for step in steps} - {step.subject for step in changed}
    if same:
        say(text("couchdb_databases", count=len(same)))
