"""Central's control API as a hub calls it (wire §6, §7); every answer is checked for its shape."""

import base64
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx
import msgspec
import orjson

from server.enrolment.claims import AUDIENCE, ROLES_CLAIM
from server.hub.clocks import Clocks
from server.hub.errors import Cause, CentralRefusal, CentralUnreachable
from server.hub.identity import Facts, Identity
from server.identifiers import role_of, sha256_hex
from server.keys import jws
from server.keys.public import public_jwk

TIMEOUT_S = 20.0

Shape = TypeVar("Shape", bound=msgspec.Struct)


class Node(msgspec.Struct):
    """Which store answers, and whose it is."""

    instance: str
    organization: str


class _Organization(msgspec.Struct):
    id: str
    signing_key: dict[str, Any]


class _Team(msgspec.Struct):
    id: str


class _Status(msgspec.Struct):
    state: str
    organization: _Organization | None = None
    team: _Team | None = None
    sync_url: str | None = None
    origin: str | None = None


class _Challenge(msgspec.Struct):
    nonce: str
    instance: str


class _Token(msgspec.Struct):
    token: str
    time: datetime
    lifetime_s: int
    instance: str


class _Chain(msgspec.Struct):
    chain: str
    not_after: datetime


class _Nothing(msgspec.Struct):
    pass


@dataclass(frozen=True, slots=True)
class Access:
    """A token of central's and what came with it; ``until_s`` is on the hub's monotonic clock.

    ``databases`` are in the order of their periods.
    """

    databases: tuple[str, ...]
    instance: str
    until_s: float
    clock_offset_s: float
    token: str = field(repr=False)


class CentralApi:
    """Calls to one central, with the hub's device key. Raises ``CentralUnreachable``, ``CentralRefusal``."""

    def __init__(self, http: httpx.AsyncClient, clocks: Clocks) -> None:
        self._http = http
        self._clocks = clocks

    async def node(self) -> Node:
        """Ask which store answers."""
        return await self._call("GET", "/api/node", Node)

    async def redeem(self, identity: Identity, secret: str) -> None:
        """Present the card; the same again is fine."""
        proof = {"secret_digest": sha256_hex(secret), "device": identity.device}
        body = {
            "secret": secret,
            "device": identity.device,
            "key": public_jwk(identity.key),
            "label": "",
            "kind": "hub",
            "proof": jws.sign(orjson.dumps(proof), identity.key, "escale-enrolment+jws"),
        }
        await self._call("POST", "/api/enrolments/redeem", _Nothing, body)

    async def standing(self, identity: Identity, secret: str) -> tuple[str, Facts | None]:
        """Ask where the enrolment stands; the facts come once it is ``confirmed``."""
        body = {"secret": secret, "device": identity.device}
        said = await self._call("POST", "/api/enrolments/status", _Status, body)
        if said.state != "confirmed":
            return said.state, None
        if not (said.organization and said.team and said.sync_url and said.origin):
            raise CentralUnreachable("a confirmed enrolment without its facts")
        return said.state, Facts(
            organization=said.organization.id,
            signing_key=said.organization.signing_key,
            team=said.team.id,
            sync_url=said.sync_url,
            origin=said.origin,
        )

    async def access(self, identity: Identity) -> Access:
        """Sign a challenge of central's and get a token."""
        drawn = await self._call("POST", "/api/device/nonce", _Challenge, {"device": identity.device})
        claims = {
            "nonce": drawn.nonce,
            "device": identity.device,
            "audience": AUDIENCE,
            "node": drawn.instance,
        }
        assertion = jws.sign(orjson.dumps(claims), identity.key, "escale-assertion+jws")
        asked_s, asked_at = self._clocks.monotonic_s(), self._clocks.now()
        given = await self._call("POST", "/api/device/token", _Token, {"assertion": assertion})
        took_s = self._clocks.monotonic_s() - asked_s
        return Access(
            databases=_databases(given.token),
            instance=given.instance,
            until_s=asked_s + given.lifetime_s,
            clock_offset_s=(given.time - asked_at).total_seconds() - took_s / 2,
            token=given.token,
        )

    async def certificate(self, access: Access, csr: str) -> str:
        """Ask for a certificate; return its chain, leaf first (PEM)."""
        answer = await self._call("POST", "/api/hub/certificate", _Chain, {"csr": csr}, access)
        return answer.chain

    async def _call(
        self,
        method: str,
        path: str,
        shape: type[Shape],
        body: Mapping[str, Any] | None = None,
        access: Access | None = None,
    ) -> Shape:
        headers = {} if access is None else {"authorization": f"Bearer {access.token}"}
        try:
            answer = await self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise CentralUnreachable(type(error).__name__, _cause(error)) from error
        if not answer.is_success:
            raise _refusal(answer)
        try:
            return msgspec.json.decode(answer.content, type=shape)
        except msgspec.MsgspecError as error:
            raise CentralUnreachable(f"{path}: not what central answers") from error


def _cause(error: httpx.HTTPError) -> Cause:
    """Tell a certificate that is not believed from silence: httpx keeps OpenSSL's error two causes below."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, ssl.SSLError):
            return Cause.UNTRUSTED
        below = below.__cause__ or below.__context__
    return Cause.FOREIGN if isinstance(error, httpx.RemoteProtocolError) else Cause.SILENT


def _refusal(answer: httpx.Response) -> CentralRefusal | CentralUnreachable:
    """Return central's refusal; a proxy's page, a failure and "later" are no answer."""
    try:
        problem = answer.json()
        code, title = problem["code"], problem["title"]
    except (TypeError, KeyError, ValueError):
        cause = Cause.FAILING if answer.status_code >= 500 else Cause.FOREIGN
        return CentralUnreachable(f"status {answer.status_code}", cause)
    if answer.status_code >= 500 or answer.status_code == 429:
        return CentralUnreachable(f"{answer.status_code} {code}", Cause.FAILING)
    return CentralRefusal(str(code), str(title))


def _databases(token: str) -> tuple[str, ...]:
    """Return the databases a token is for. It is central's to verify; what it says is only asked for."""
    try:
        payload = token.split(".")[1]
        roles = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))[ROLES_CLAIM]
        return tuple(role.removeprefix(role_of("")) for role in roles if role.startswith(role_of("")))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CentralUnreachable("a token that cannot be read") from error
