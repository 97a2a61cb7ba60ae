"""What a CouchDB is told once, told again without effect, compared, and told through a file."""

from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from sync.couchdb import ini, provisioning
from sync.couchdb.client import Client
from sync.couchdb.provisioning import State, Step
from sync.couchdb.validation import DESIGN_DOCUMENT, DESIGN_ID
from sync.security import Group, Security
from tests.support.couchdb_configuration import NODES
from tests.sync.couchdb.conftest import DB, TEAM, CouchDB

pytestmark = pytest.mark.anyio

CENTRAL = Security()
EXPECTED = {DB: TEAM, "central": CENTRAL}


def is_validated(name: str) -> bool:
    return name != "central"


@pytest.fixture
async def client(couchdb: CouchDB) -> Any:
    opened = Client(couchdb.address)
    yield opened
    await opened.aclose()


def public(*keys: ECKey) -> dict[str, str]:
    return {key.thumbprint(): key.as_pem(private=False).decode() for key in keys}


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


async def provision(client: Client, key: ECKey, **asked: Any) -> list[Step]:
    check = asked.get("check", False)
    steps = await provisioning.system_databases(client, check=check)
    steps += await provisioning.configuration(client, public(key), **asked)
    return steps + await provisioning.databases(client, EXPECTED, is_validated, check=check)


def states(steps: list[Step]) -> set[State]:
    return {step.state for step in steps}


async def test_everything_is_made_once_and_found_afterwards(couchdb: CouchDB, client: Client) -> None:
    key = new_key()

    first = await provision(client, key)
    # A new database of CouchDB 3 admits its administrators only, which is what the decisions' one must do.
    assert [str(step) for step in first if step.state is not State.DONE] == ["central: _security (already)"]
    assert states(await provision(client, key)) == {State.ALREADY}

    assert set(provisioning.SYSTEM_DATABASES) == couchdb.double.system
    assert await couchdb.double.store.databases() == ["central", DB]
    assert await couchdb.double.store.security(DB) == TEAM
    assert await couchdb.double.store.security("central") == CENTRAL
    assert (await couchdb.double.store.get(DB, DESIGN_ID)).body == DESIGN_DOCUMENT
    assert (await couchdb.double.store.information("central")).doc_count == 0


async def test_every_node_of_the_cluster_is_configured(couchdb: CouchDB, client: Client) -> None:
    key = new_key()
    await provision(client, key)

    for node in NODES:
        settings = couchdb.double.configuration.nodes[node]
        assert settings["chttpd"]["authentication_handlers"] == (
            "{chttpd_auth, jwt_authentication_handler}, {chttpd_auth, cookie_authentication_handler}, "
            "{chttpd_auth, default_authentication_handler}"
        )
        assert settings["jwt_auth"] == {"required_claims": "exp"}
        assert settings["global_changes"] == {"max_write_delay": "50"}
        (pem,) = settings["jwt_keys"].values()
        assert pem.startswith("-----BEGIN PUBLIC KEY-----\\n")
        assert "\n" not in pem


async def test_comparing_changes_nothing(couchdb: CouchDB, client: Client) -> None:
    found = await provision(client, new_key(), check=True)

    assert states(found) == {State.DIFFERS}
    assert {method for method, _ in couchdb.double.requests} == {"GET"}


async def test_what_was_changed_by_hand_is_put_right(couchdb: CouchDB, client: Client) -> None:
    key = new_key()
    await provision(client, key)
    open_to_all = Security(members=Group())
    await couchdb.double.store.set_security(DB, open_to_all)
    stored = await couchdb.double.store.get(DB, DESIGN_ID)
    await couchdb.double.store.put(DB, DESIGN_ID, {"language": "javascript"}, revision=str(stored.revision))

    changed = [step for step in await provision(client, key) if step.state is not State.ALREADY]

    assert [(step.subject, step.what) for step in changed] == [(DB, DESIGN_ID), (DB, "_security")]
    assert await couchdb.double.store.security(DB) == TEAM
    assert (await couchdb.double.store.get(DB, DESIGN_ID)).body == DESIGN_DOCUMENT


async def test_a_former_key_stays_until_it_is_retired(couchdb: CouchDB, client: Client) -> None:
    former, current = new_key(), new_key()
    await provision(client, former)
    await provision(client, current)
    assert await provisioning.other_keys(client, public(current)) == [former.thumbprint()]

    retired = await provision(client, current, retired=[former.thumbprint()])
    assert [step.state for step in retired if "removed" in step.what] == [State.DONE, State.DONE]
    again = await provision(client, current, retired=[former.thumbprint()])
    assert states(again) == {State.ALREADY}

    for node in NODES:
        assert list(couchdb.double.configuration.nodes[node]["jwt_keys"]) == [f"ec:{current.thumbprint()}"]


async def test_a_couchdb_that_keeps_its_configuration_to_itself_says_so(
    couchdb: CouchDB, client: Client
) -> None:
    couchdb.double.configuration.closed = True

    steps = await provision(client, new_key())

    assert {step.subject for step in steps if step.state is State.REFUSED} == set(NODES)
    assert await couchdb.double.store.security(DB) == TEAM


async def test_a_token_is_believed_once_couchdb_was_restarted(couchdb: CouchDB, client: Client) -> None:
    key = new_key()
    token = jwt.encode(
        {"alg": "ES256", "kid": key.thumbprint()},
        {"sub": "trial", "exp": int(couchdb.double.now()) + 60, "_couchdb.roles": []},
        key,
    )
    await provision(client, key)
    assert not await provisioning.token_is_believed(client, token)

    couchdb.double.restart()
    assert await provisioning.token_is_believed(client, token)


def test_a_file_says_the_same_to_a_couchdb_that_takes_nothing_over_http(tmp_path: Path) -> None:
    former, current, path = new_key(), new_key(), tmp_path / "escale.ini"

    assert states(ini.write_configuration(path, public(former), check=True)) == {State.DIFFERS}
    assert not path.exists()
    assert states(ini.write_configuration(path, public(former))) == {State.DONE}
    assert states(ini.write_configuration(path, public(former))) == {State.ALREADY}
    ini.write_configuration(path, public(current))
    lines = path.read_text().splitlines()
    assert "[chttpd]" in lines
    assert "required_claims = exp" in lines
    assert {line.partition(" = ")[0] for line in lines if line.startswith("ec:")} == {
        f"ec:{key.thumbprint()}" for key in (former, current)
    }

    ini.write_configuration(path, public(current), retired=[former.thumbprint()])
    assert former.thumbprint() not in path.read_text()
    assert current.thumbprint() in path.read_text()


@pytest.mark.parametrize("text", ["[chttpd]\nport = 5984\n", "no ini at all"])
def test_somebody_elses_file_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "local.ini"
    path.write_text(text)

    with pytest.raises(ini.NotOurs):
        ini.write_configuration(path, public(new_key()))

    assert path.read_text() == text
