"""A tablet's token as CouchDB reads it: by the key that it names, until an instant that is a number."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest

from server.enrolment.tokens import AccessTokens
from server.keys.organisation import OrganisationKeys, generate
from sync.couchdb.provisioning import AUTHENTICATION_HANDLERS, wanted_configuration
from sync.errors import BadToken, Unauthorized
from sync.http import Principal
from tests.support.couchdb_configuration import NODES, Configuration, authenticated

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DATABASES = ("t" + "0" * 32, "t" + "1" * 32)


@pytest.fixture
def configuration(organisation_keys: OrganisationKeys) -> Configuration:
    """A CouchDB that was provisioned for this organisation."""
    token = organisation_keys.token
    wanted = wanted_configuration({token.thumbprint(): token.as_pem(private=False).decode()})
    return Configuration(nodes=dict.fromkeys(NODES, wanted), handlers=AUTHENTICATION_HANDLERS)


def issued(keys: OrganisationKeys, lifetime_s: int = 600) -> str:
    token, _ = AccessTokens(keys, lifetime_s).issue("a device", "a team", DATABASES, NOW)
    return token


def read(configuration: Configuration, token: str, *, after_s: float = 0.0) -> Principal:
    at = (NOW + timedelta(seconds=after_s)).timestamp()
    return authenticated(configuration, f"Bearer {token}", ("central", "a password"), at)


def test_couchdb_names_the_tablet_and_its_databases(
    configuration: Configuration, organisation_keys: OrganisationKeys
) -> None:
    who = read(configuration, issued(organisation_keys))

    assert who == Principal("a device", frozenset(f"team:{name}" for name in DATABASES))
    assert not who.is_server_admin


def test_the_end_is_a_whole_number_and_is_kept_to_the_second(
    configuration: Configuration, organisation_keys: OrganisationKeys
) -> None:
    token = issued(organisation_keys, 60)
    header, claims = (json.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])

    assert type(claims["exp"]) is int
    assert (header["alg"], header["kid"]) == ("ES256", organisation_keys.token.thumbprint())
    assert read(configuration, token, after_s=59).name
    with pytest.raises(Unauthorized):
        read(configuration, token, after_s=60)


def test_another_organisations_token_is_none(configuration: Configuration) -> None:
    with pytest.raises(BadToken):
        read(configuration, issued(generate("0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a99")))


def test_a_signature_of_another_key_under_our_kid_is_none(
    configuration: Configuration, organisation_keys: OrganisationKeys
) -> None:
    header, claims, _ = issued(organisation_keys).split(".")
    signature = issued(generate("0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a99")).rpartition(".")[2]

    with pytest.raises(BadToken):
        read(configuration, f"{header}.{claims}.{signature}")
