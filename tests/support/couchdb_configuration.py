"""The double's configuration, as `/_node/…/_config` tells it, and who it lets in by it."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from sync.errors import BadRequest, BadToken, NotFound, Unauthorized
from sync.http import Principal
from sync.http.response import JsonResponse
from sync.security import SERVER_ADMIN

NODES = ("couchdb@one.test", "couchdb@two.test")
STOCK = {"chttpd": {"authentication_handlers": "{chttpd_auth, cookie_authentication_handler}"}}


@dataclass
class Configuration:
    """Settings by node, section and name. `handlers` are those in force since the last start."""

    nodes: dict[str, dict[str, dict[str, str]]] = field(
        default_factory=lambda: {
            node: {section: dict(values) for section, values in STOCK.items()} for node in NODES
        }
    )
    handlers: str = STOCK["chttpd"]["authentication_handlers"]
    closed: bool = False

    def restart(self) -> None:
        """Read anew what is read when CouchDB starts."""
        self.handlers = self.setting("chttpd", "authentication_handlers") or ""

    def setting(self, section: str, name: str) -> str | None:
        """Return a setting of the node that answers: the first."""
        return self.nodes[NODES[0]].get(section, {}).get(name)

    def answer(self, method: str, path: list[str], who: Principal, body: bytes) -> JsonResponse:
        """Answer `_membership`, `_session` and `_node`."""
        if path[0] == "_session":
            kind = "jwt" if who.name and not who.is_server_admin else "default"
            return JsonResponse(
                {
                    "ok": True,
                    "userCtx": {"name": who.name, "roles": sorted(who.roles)},
                    "info": {"authenticated": kind} if who.name else {},
                }
            )
        if not who.is_server_admin:
            raise Unauthorized("You are not a server admin.")
        if path[0] == "_membership":
            return JsonResponse({"all_nodes": list(NODES), "cluster_nodes": list(NODES)})
        return self._config(method, path, body)

    def _config(self, method: str, path: list[str], body: bytes) -> JsonResponse:
        if self.closed or path[2:3] != ["_config"]:
            return JsonResponse({"error": "method_not_allowed", "reason": "not here"}, 405)
        node, section, name = path[1].replace("_local", NODES[0]), path[3], path[4] if len(path) > 4 else None
        values = self.nodes[node].setdefault(section, {})
        if name is None:
            return JsonResponse(dict(values))
        before = values.get(name)
        if method == "PUT":
            value = orjson.loads(body)
            if not isinstance(value, str) or "\n" in value:
                raise BadRequest("invalid config value")
            values[name] = value
            return JsonResponse(before or "")
        if before is None:
            raise NotFound("unknown_config_value")
        if method == "DELETE":
            del values[name]
        return JsonResponse(before)


def authenticated(
    configuration: Configuration, authorization: str, administrator: tuple[str, str], now: float
) -> Principal:
    """Name who asks; nobody without a header. Raises Unauthorized, BadToken."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "basic":
        if base64.b64decode(credentials).decode() != ":".join(administrator):
            raise Unauthorized("Name or password is incorrect.")
        return Principal(administrator[0], frozenset({SERVER_ADMIN}))
    if scheme.lower() == "bearer" and "jwt_authentication_handler" in configuration.handlers:
        claims = _claims(configuration, credentials)
        if float(claims["exp"]) <= now:
            raise Unauthorized("exp not in future")
        return Principal(claims["sub"], frozenset(claims.get("_couchdb.roles", ())))
    return Principal(None)


def _claims(configuration: Configuration, token: str) -> dict[str, Any]:
    """Read a token whose signature holds, by the key `ec:<kid>`: a PEM whose lines are joined by \\n."""
    try:
        header = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
        pem = configuration.setting("jwt_keys", f"ec:{header.get('kid', '_default')}")
        if header.get("alg") != "ES256" or pem is None:
            raise BadToken("Unknown kid")
        key = ECKey.import_key(pem.replace("\\n", "\n"))
        claims: dict[str, Any] = json.loads(jws.deserialize_compact(token, key, algorithms=["ES256"]).payload)
    except (JoseError, ValueError, IndexError) as error:
        raise BadToken("Bad HMAC or signature") from error
    required = (configuration.setting("jwt_auth", "required_claims") or "").split(",")
    if any(claim.strip() and claim.strip() not in claims for claim in required) or "exp" not in claims:
        raise BadToken("Missing exp claim")
    return claims
