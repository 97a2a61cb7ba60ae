"""Tokens that are none of ours: expired, foreign, unsigned, promoted. They push nothing and read nothing."""

import hmac
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import json_b64encode, urlsafe_b64encode
from litestar import Litestar

from server.enrolment.claims import AUDIENCE, ROLES_CLAIM
from server.enrolment.tokens import AccessTokens
from server.identifiers import new_uuid
from server.keys.organisation import generate
from tests.server.door import Door
from tests.server.forger import unsigned, with_claims
from tests.support.organisation import NOON, Seeded

pytestmark = pytest.mark.anyio


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is refused at the door reaches no database."""
    return sqlite_url


@pytest.fixture
async def door(app: Litestar, client: httpx.AsyncClient, seeded: Seeded) -> Door:
    return await Door.of(app.state.services, client, seeded)


def claims_of(door: Door, **changed: Any) -> dict[str, Any]:
    """What a valid token of the tablet says, with some of it changed."""
    return {
        "iss": door.seeded.organisation,
        "sub": door.tablet.id,
        "aud": AUDIENCE,
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 600,
        ROLES_CLAIM: [f"team:{door.seeded.database}"],
        "escale": {"team": door.seeded.team},
        **changed,
    }


def by_our_key(door: Door, **changed: Any) -> str:
    """A token that the token key signed and that central never issues."""
    key = door.services.keys.token
    return jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims_of(door, **changed), key)


def by_another_key(door: Door, **changed: Any) -> str:
    """A token under the token key's name, signed by a key that the forger drew."""
    key = ECKey.generate_key("P-256")
    named = {"alg": "ES256", "kid": door.services.keys.token.thumbprint()}
    return jwt.encode(named, claims_of(door, **changed), key)


def by_another_organisation(door: Door) -> str:
    """A valid token of another organisation for a tablet of the same id."""
    keys = generate(new_uuid())
    return AccessTokens(keys, 600).issue(door.tablet.id, door.seeded.team, [door.seeded.database], NOON)[0]


def by_the_public_key_as_a_secret(door: Door) -> str:
    """A token under HS256 whose secret is what everybody may know of the token key (RFC 8725, §2.1)."""
    public = door.services.keys.token.as_pem(private=False)
    signed = f"{json_b64encode({'alg': 'HS256'}).decode()}.{json_b64encode(claims_of(door)).decode()}"
    signature = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).decode()}"


ADMIN = {ROLES_CLAIM: ["_admin"]}

TOKENS: Mapping[str, tuple[Callable[[Door], str], tuple[int, int]]] = {
    # Status of replication, CouchDB's, then of the API.
    "expired": (lambda it: by_our_key(it, exp=int(NOON.timestamp())), (401, 401)),
    "ending in words": (lambda it: by_our_key(it, exp="never"), (400, 401)),
    "endless": (lambda it: by_our_key(it, exp=None), (400, 401)),
    "of another key": (by_another_key, (400, 401)),
    "of another organisation": (by_another_organisation, (400, 401)),
    "of our key for another organisation": (lambda it: by_our_key(it, iss=new_uuid()), (400, 401)),
    "for another audience": (lambda it: by_our_key(it, aud="elsewhere"), (400, 401)),
    "for another tablet": (lambda it: by_our_key(it, sub=new_uuid()), (403, 404)),
    "without a signature": (lambda it: unsigned(it.tablet.token), (400, 401)),
    "signed with the public key": (by_the_public_key_as_a_secret, (400, 401)),
    "_admin by another key": (lambda it: by_another_key(it, **ADMIN), (400, 401)),
    "_admin by our key": (lambda it: by_our_key(it, **ADMIN), (400, 401)),
    "_admin beside the team": (
        lambda it: by_our_key(it, **{ROLES_CLAIM: [f"team:{it.seeded.database}", "_admin"]}),
        (400, 401),
    ),
    "_admin under an old signature": (lambda it: with_claims(it.tablet.token, **ADMIN), (400, 401)),
    "no token at all": (lambda _: "a.b.c", (400, 401)),
    "with a header that is a list": (lambda it: f"W10.{it.tablet.token.partition('.')[2]}", (400, 401)),
    "with a header nested beyond reading": (lambda _: f"{'W1tb' * 10_000}.e30.AA", (400, 401)),
    "of a device key": (lambda it: it.tablet.prove(claims_of(it, **ADMIN)), (400, 401)),
}


async def test_a_token_that_is_not_ours_opens_nothing(door: Door) -> None:
    before = await door.documents()
    body = {"new_edits": False, "docs": [door.envelope]}
    answered = {}
    for name, (make, _) in TOKENS.items():
        bearer = {"authorization": f"Bearer {make(door)}"}
        pushed = await door.http.post(f"{door.address}/_bulk_docs", json=body, headers=bearer)
        asked = await door.http.get("/api/device", headers=bearer)
        answered[name] = (pushed.status_code, asked.status_code)
    assert answered == {name: statuses for name, (_, statuses) in TOKENS.items()}
    assert await door.documents() == before
    await door.assert_only_the_honest_record_is_integrated()
