"""Access tokens: what is issued is verified; whatever is not exactly ours is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from server.enrolment.claims import AUDIENCE, ROLES_CLAIM
from server.enrolment.tokens import (
    AccessTokens,
    TokenExpired,
    TokenUnreadable,
)
from server.keys.organisation import OrganisationKeys, generate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = generate("0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01")
TOKENS = AccessTokens(KEYS, 600)


def forged(keys: OrganisationKeys = KEYS, **changed: Any) -> str:
    claims = {
        "iss": KEYS.organisation,
        "sub": "device",
        "aud": AUDIENCE,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
        ROLES_CLAIM: ["team:tabc"],
        **changed,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256"}, kept, keys.token, algorithms=["ES256"])


def test_an_issued_token_says_which_device_may_use_which_databases() -> None:
    token, expires_at = TOKENS.issue("device", "team", ["tabc", "tdef"], NOW)
    verified = TOKENS.verify(token, NOW)
    assert verified.device == "device"
    assert verified.roles == {"team:tabc", "team:tdef"}
    assert verified.expires_at == expires_at == NOW + timedelta(seconds=600)


def test_a_token_ends_at_its_expiry_without_leeway() -> None:
    token, expires_at = TOKENS.issue("device", "team", [], NOW)
    assert TOKENS.verify(token, expires_at - timedelta(seconds=1)).device == "device"
    with pytest.raises(TokenExpired):
        TOKENS.verify(token, expires_at)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": None},
        {"exp": "1795437000"},
        {"exp": True},
        {"exp": 1.8e9},
        {"iss": "another"},
        {"aud": "couchdb"},
        {"aud": [AUDIENCE]},
        {"sub": None},
        {ROLES_CLAIM: None},
        {ROLES_CLAIM: "team:tabc"},
        {ROLES_CLAIM: ["_admin"]},
        {ROLES_CLAIM: ["team:tabc", "_admin"]},
        {ROLES_CLAIM: [5]},
    ],
)
def test_a_token_that_says_anything_else_is_refused(changed: dict[str, Any]) -> None:
    assert TOKENS.verify(forged(), NOW).device == "device"
    with pytest.raises(TokenUnreadable):
        TOKENS.verify(forged(**changed), NOW)


def test_a_token_of_another_key_or_algorithm_is_refused() -> None:
    symmetric = jwt.encode({"alg": "HS256"}, {"exp": 1}, OctKey.generate_key(256), algorithms=["HS256"])
    for token in (
        forged(generate(KEYS.organisation)),
        symmetric,
        "eyJhbGciOiJub25lIn0.e30.",
        "",
        "x",
        "é.é.é",
    ):
        with pytest.raises(TokenUnreadable):
            TOKENS.verify(token, NOW)
