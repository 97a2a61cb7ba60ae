"""Who calls in these tests, by bearer token; and the application that knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from sync.errors import BadToken, Unauthorized
from sync.http import Cors, Limits, Principal, ReplicationApplication, create_app
from sync.node_engine import NodeEngine
from sync.write_rules import WriteRule, envelope_rule

ORIGIN = "https://tablette.example"

PRINCIPALS = {
    "central": Principal("central", frozenset({"_admin"})),
    "replicator": Principal("replicator", frozenset({"team:t1"})),
    "tablet": Principal("tablet", frozenset({"team:t1"})),
    "stranger": Principal("stranger", frozenset({"team:t2"})),
}

LIMITS = Limits(body_bytes=200_000, local_bytes=1_000, default_timeout_s=5.0, page_rows=3)


@dataclass
class Clock:
    """Epoch seconds, moved by hand."""

    now_s: float = 1_000_000.0


@dataclass
class Callers:
    """Names principals by token; `expires_in_s` gives every token an end on `clock`."""

    clock: Clock = field(default_factory=Clock)
    expires_in_s: float | None = None

    async def authorize(self, headers: Mapping[str, str]) -> Principal:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token == "broken":
            raise BadToken("Bad signature")
        if token not in PRINCIPALS:
            raise Unauthorized("Authentication required.")
        known = PRINCIPALS[token]
        if self.expires_in_s is None:
            return known
        return Principal(known.name, known.roles, self.clock.now_s + self.expires_in_s)

    @staticmethod
    def rule_for(principal: Principal) -> WriteRule | None:
        return envelope_rule if principal.name in ("tablet", "stranger") else None


def application_for(
    engine: NodeEngine, callers: Callers, *, limits: Limits = LIMITS
) -> ReplicationApplication:
    """Make the application under test, mounted at /sync, for the PWA's origin."""
    identifiers = iter(f"drawn{number}" for number in range(1000))
    return create_app(
        engine,
        authorize=callers.authorize,
        rule_for=callers.rule_for,
        limits=limits,
        cors=Cors(frozenset({ORIGIN})),
        prefix="/sync",
        now=lambda: callers.clock.now_s,
        new_identifier=identifiers.__next__,
    )


def client_of(application: ReplicationApplication, token: str) -> httpx.AsyncClient:
    """Make a client that presents `token`."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application, raise_app_exceptions=False),
        base_url="http://node/sync",
        headers={"authorization": f"Bearer {token}"} if token else {},
    )
