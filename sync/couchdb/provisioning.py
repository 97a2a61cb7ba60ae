"""What a CouchDB must be told once to serve Escale: everything here may be done again and changes nothing.

Each thing is a step that says what it found and what it did. Configuration goes to every node of the cluster
(https://docs.couchdb.org/en/stable/api/server/configuration.html), or into a file (`sync.couchdb.ini`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.couchdb.client import Client, NotJson, database_path, document_path
from sync.couchdb.validation import DESIGN_DOCUMENT, DESIGN_ID
from sync.document import JsonObject
from sync.errors import (
    BadRequest,
    DatabaseExists,
    DatabaseNotFound,
    DocumentNotFound,
    MethodNotAllowed,
    NotFound,
    SyncError,
)
from sync.security import Security

SYSTEM_DATABASES: Final = ("_users", "_replicator", "_global_changes")
"""CouchDB's own: without the last it tells no updates."""

AUTHENTICATION_HANDLERS: Final = ", ".join(
    f"{{chttpd_auth, {name}_authentication_handler}}" for name in ("jwt", "cookie", "default")
)

SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "chttpd": {"authentication_handlers": AUTHENTICATION_HANDLERS},
    "jwt_auth": {"required_claims": "exp"},
    # Milliseconds; updates are told half a second late by default.
    "global_changes": {"max_write_delay": "50"},
}
KEYS_SECTION: Final = "jwt_keys"
SHARDS: Final = {"q": "1"}
"""A team's database is small: one shard, half the disk of CouchDB's default of two."""

_AT_ONCE: Final = 16


class State(StrEnum):
    """What became of a step."""

    ALREADY = "already"
    DONE = "done"
    DIFFERS = "differs"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that must be so: `what`, of a database or of a node of the cluster (`subject`)."""

    subject: str
    what: str
    state: State

    def __str__(self) -> str:
        """Write it for a log."""
        return f"{self.subject}: {self.what} ({self.state})"


def key_setting(kid: str) -> str:
    """Return the name under which CouchDB looks for the public key of an ES256 token with this `kid`."""
    return f"ec:{kid}"


def wanted_configuration(keys: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return every setting by section; `keys` are public keys (PEM) by `kid`, written on one line."""
    return {
        **{section: dict(values) for section, values in SETTINGS.items()},
        KEYS_SECTION: {key_setting(kid): pem.strip().replace("\n", "\\n") for kid, pem in keys.items()},
    }


def removal(kid: str) -> str:
    """Return `what` of the step that removes the key of a `kid`."""
    return f"[{KEYS_SECTION}] {key_setting(kid)} removed"


async def is_couchdb(client: Client) -> bool:
    """Whether what answers is a CouchDB. Raises what `Client.call` does where nothing answers."""
    try:
        told = await client.call("GET", "/")
    except (NotJson, NotFound, BadRequest, MethodNotAllowed):
        return False
    return isinstance(told, dict) and "couchdb" in told


async def system_databases(client: Client, *, check: bool = False) -> list[Step]:
    """Make CouchDB's own databases where they are not."""
    present = set(await client.call("GET", "/_all_dbs"))
    steps = []
    for name in SYSTEM_DATABASES:
        state = State.ALREADY if name in present else State.DIFFERS
        if state is State.DIFFERS and not check:
            await client.call("PUT", database_path(name))
            state = State.DONE
        steps.append(Step(name, "database", state))
    return steps


async def configuration(
    client: Client, keys: Mapping[str, str], *, retired: Sequence[str] = (), check: bool = False
) -> list[Step]:
    """Set what Escale needs on every node of the cluster; remove the keys of the `kid`s in `retired`.

    Other keys stay: tokens signed by a former one live ten minutes more. A node that keeps its
    configuration to itself is one step, `REFUSED`.
    """
    steps: list[Step] = []
    for node in await _nodes(client):
        for section, values in wanted_configuration(keys).items():
            steps += await _section(client, node, section, values, check=check)
        for kid in retired:
            steps.append(await _retire(client, node, kid, check=check))
    return steps


async def other_keys(client: Client, keys: Mapping[str, str]) -> list[str]:
    """Return the `kid`s of keys that CouchDB believes besides these; nothing where it does not say."""
    try:
        present = await client.call("GET", f"/_node/_local/_config/{KEYS_SECTION}")
    except SyncError:
        return []
    kids = {name.removeprefix("ec:") for name in present if name.startswith("ec:")}
    return sorted(kids - keys.keys())


async def databases(
    client: Client,
    expected: Mapping[str, Security],
    is_validated: Callable[[str], bool],
    *,
    check: bool = False,
) -> list[Step]:
    """Make databases with their validation function and their security, in this order: members come last."""
    bound = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str) -> list[Step]:
        async with bound:
            return await _database(client, name, expected[name], validated=is_validated(name), check=check)

    found = await asyncio.gather(*(one(name) for name in sorted(expected)))
    return [step for steps in found for step in steps]


async def token_is_believed(client: Client, token: str) -> bool:
    """Whether CouchDB takes a token for what it says: its handlers are read when it starts."""
    try:
        told = await client.call("GET", "/_session", token=token)
    except SyncError:
        return False
    return bool(told.get("info", {}).get("authenticated") == "jwt")


async def _nodes(client: Client) -> list[str]:
    try:
        told = await client.call("GET", "/_membership")
    except NotFound:
        return ["_local"]
    return sorted(told.get("cluster_nodes", ())) or ["_local"]


async def _section(
    client: Client, node: str, section: str, values: Mapping[str, str], *, check: bool
) -> list[Step]:
    path = f"/_node/{node}/_config/{section}"
    try:
        present = await client.call("GET", path)
    except NotFound:
        present = {}
    except SyncError:
        return [Step(node, f"[{section}]", State.REFUSED)]
    steps = []
    for name, value in values.items():
        state = State.ALREADY if present.get(name) == value else State.DIFFERS
        if state is State.DIFFERS and not check:
            state = await _set(client, f"{path}/{name}", value)
        steps.append(Step(node, f"[{section}] {name}", state))
    return steps


async def _set(client: Client, path: str, value: str) -> State:
    try:
        await client.call("PUT", path, body=value)
    except SyncError:
        return State.REFUSED
    return State.DONE


async def _retire(client: Client, node: str, kid: str, *, check: bool) -> Step:
    path = f"/_node/{node}/_config/{KEYS_SECTION}/{key_setting(kid)}"
    what = removal(kid)
    try:
        await client.call("GET", path)
    except NotFound:
        return Step(node, what, State.ALREADY)
    except SyncError:
        return Step(node, what, State.REFUSED)
    if check:
        return Step(node, what, State.DIFFERS)
    await client.call("DELETE", path)
    return Step(node, what, State.DONE)


async def _database(
    client: Client, name: str, security: Security, *, validated: bool, check: bool
) -> list[Step]:
    steps = [await _made(client, name, check=check)]
    if steps[0].state is State.DIFFERS:
        return steps
    if validated:
        steps.append(await _validated(client, name, check=check))
    steps.append(await _secured(client, name, security, check=check))
    return steps


async def _made(client: Client, name: str, *, check: bool) -> Step:
    try:
        await client.call("GET", database_path(name))
    except DatabaseNotFound:
        if check:
            return Step(name, "database", State.DIFFERS)
    else:
        return Step(name, "database", State.ALREADY)
    try:
        await client.call("PUT", database_path(name), parameters=SHARDS)
    except DatabaseExists:
        return Step(name, "database", State.ALREADY)
    return Step(name, "database", State.DONE)


async def _validated(client: Client, name: str, *, check: bool) -> Step:
    path = document_path(name, DESIGN_ID)
    wanted: JsonObject = DESIGN_DOCUMENT
    try:
        present = await client.call("GET", path)
    except DocumentNotFound:
        present = {}
    if {key: value for key, value in present.items() if not key.startswith("_")} == wanted:
        return Step(name, DESIGN_ID, State.ALREADY)
    if check:
        return Step(name, DESIGN_ID, State.DIFFERS)
    edited = {"_rev": present["_rev"]} if present else {}
    await client.call("PUT", path, body={**wanted, **edited})
    return Step(name, DESIGN_ID, State.DONE)


async def _secured(client: Client, name: str, security: Security, *, check: bool) -> Step:
    path = database_path(name, "_security")
    with suppress(BadRequest):  # one that cannot be read is not the one wanted
        if Security.from_json(await client.call("GET", path)) == security:
            return Step(name, "_security", State.ALREADY)
    if check:
        return Step(name, "_security", State.DIFFERS)
    await client.call("PUT", path, body=security.to_json())
    return Step(name, "_security", State.DONE)
