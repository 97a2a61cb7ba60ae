"""`/_session`: who asks, and cookie sessions where the node keeps passwords.

https://docs.couchdb.org/en/stable/api/server/authn.html
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

import orjson

from sync.errors import BadRequest, MethodNotAllowed, UnsupportedMediaType
from sync.http.exchange import Exchange
from sync.http.principal import Accounts, Principal
from sync.http.response import JsonResponse

_FORM_BYTES: Final = 4096


async def read(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_session`."""
    principal = exchange.principal
    information: dict[str, object] = {"authentication_handlers": list(exchange.node.authentication.handlers)}
    if principal.authenticated is not None:
        information["authenticated"] = principal.authenticated
    return JsonResponse({"ok": True, "userCtx": _context(principal), "info": information})


async def open_session(exchange: Exchange) -> JsonResponse:
    """Answer `POST /_session`: a cookie for a name and a password, in a form or in JSON."""
    accounts = _accounts(exchange)
    form = _form(exchange, await exchange.request.body(_FORM_BYTES))
    name = form.get("name", form.get("username", ""))
    principal, cookie = accounts.login(name, form.get("password", ""))
    return JsonResponse({"ok": True, **_context(principal)}, 200, {"set-cookie": cookie})


async def close_session(exchange: Exchange) -> JsonResponse:
    """Answer `DELETE /_session`."""
    return JsonResponse({"ok": True}, 200, {"set-cookie": _accounts(exchange).logout()})


def _accounts(exchange: Exchange) -> Accounts:
    accounts = exchange.node.authentication.accounts
    if accounts is None:
        raise MethodNotAllowed(("GET", "HEAD"))
    return accounts


def _context(principal: Principal) -> dict[str, object]:
    return {"name": principal.name, "roles": sorted(principal.roles)}


def _form(exchange: Exchange, body: bytes) -> dict[str, str]:
    kind = exchange.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind != "application/json":
        raise UnsupportedMediaType(
            "Content-Type must be 'application/x-www-form-urlencoded' or 'application/json'"
        )
    try:
        asked: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("invalid UTF-8 JSON") from error
    if not isinstance(asked, Mapping) or not all(isinstance(value, str) for value in asked.values()):
        raise BadRequest("Request body must be a JSON object of strings")
    return dict(asked)
