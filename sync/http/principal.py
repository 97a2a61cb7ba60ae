"""Who asks, and what CouchDB lets them do with a database."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sync.errors import Forbidden, Unauthorized
from sync.security import SERVER_ADMIN, Security


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody with a name and roles. `name` None: nobody. `expires_at`: epoch seconds, None for never.

    `authenticated` names how they proved it, as `GET /_session` tells.
    """

    name: str | None
    roles: frozenset[str] = frozenset()
    expires_at: float | None = None
    authenticated: str | None = None

    @property
    def is_server_admin(self) -> bool:
        """Whether this is an administrator of the node."""
        return SERVER_ADMIN in self.roles


Authorizer: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Principal]]
"""Names who sends these headers (names in lower case); raises Unauthorized, BadToken, Forbidden."""


class Accounts(Protocol):
    """Names and passwords that a node knows by itself."""

    def login(self, name: str, password: str) -> tuple[Principal, str]:
        """Return who this is and the Set-Cookie header of a new session. Raises Unauthorized."""

    def logout(self) -> str:
        """Return the Set-Cookie header that ends a session."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """How callers prove who they are: what a 401 asks for (RFC 9110, 11.6.1) and what `/_session` names.

    `accounts` opens cookie sessions, None where tokens come from elsewhere.
    """

    challenge: str = "Bearer"
    handlers: tuple[str, ...] = ("jwt",)
    accounts: Accounts | None = None


def require_server_admin(principal: Principal) -> None:
    """Raise Unauthorized or Forbidden unless the node is theirs to administer."""
    if not principal.is_server_admin:
        raise _refusal(principal, "You are not a server admin.")


def require_database_admin(principal: Principal, security: Security) -> None:
    """Raise Unauthorized or Forbidden unless the database is theirs to administer."""
    if not security.is_admin(principal.name, principal.roles):
        raise _refusal(principal, "You are not a db or server admin.")


def require_member(principal: Principal, security: Security) -> None:
    """Raise Unauthorized or Forbidden unless they may read and write the database's documents."""
    if not security.is_member(principal.name, principal.roles):
        nobody = principal.name is None and not principal.roles
        raise _refusal(principal, f"You are not {'authorized' if nobody else 'allowed'} to access this db.")


def _refusal(principal: Principal, reason: str) -> Forbidden | Unauthorized:
    """Say 401 to nobody, who may present a token, and 403 to somebody, whom it would not help."""
    if principal.name is None and not principal.roles:
        return Unauthorized(reason)
    return Forbidden(reason)
