"""What a handler works with: the request, who asks, and the node that answers."""

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from sync.document import DESIGN_PREFIX, NOT_A_DOCUMENT, IncomingDocument
from sync.errors import Forbidden, UnsupportedMediaType
from sync.http.limits import Limits
from sync.http.principal import Authentication, Principal
from sync.http.request import Request
from sync.http.response import Response
from sync.http.stopping import Stopping
from sync.http.update_log import UpdateLog
from sync.node_engine import NodeEngine
from sync.security import Security
from sync.write_rules import Refusal, WriteRule

RuleFor = Callable[[Principal], WriteRule | None]


@dataclass(frozen=True, slots=True)
class Node:
    """What serves every request. `stopping` is set once the node stops; `now` gives epoch seconds.

    `workers` run what takes the processor for long: judging documents, reading large bodies.
    """

    engine: NodeEngine
    rule_for: RuleFor
    limits: Limits
    now: Callable[[], float]
    new_identifier: Callable[[], str]
    stopping: Stopping
    workers: ThreadPoolExecutor
    update_log: UpdateLog
    authentication: Authentication


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request on its way. `database` and `document` come from the path, "" when it names none.

    `attachment` is what the path names below the document: its parts joined by `/`.
    """

    node: Node
    request: Request
    principal: Principal
    database: str = ""
    document: str = ""
    attachment: str = ""
    security: Security | None = None

    @property
    def engine(self) -> NodeEngine:
        """The node's engine."""
        return self.node.engine

    @property
    def rule(self) -> WriteRule | None:
        """The rule that binds this principal's writes, None for one who is trusted."""
        return self.node.rule_for(self.principal)

    @property
    def write_rule(self) -> WriteRule | None:
        """The rule to write with: theirs, and design documents only by who administers the database."""
        if self.security is not None and self.security.is_admin(self.principal.name, self.principal.roles):
            return self.rule
        return _NoDesignDocuments(self.rule)

    def require_json(self) -> None:
        """Raise UnsupportedMediaType unless a POST says that its body is JSON, as CouchDB demands."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.request.method == "POST" and kind != "application/json":
            raise UnsupportedMediaType("Content-Type must be application/json")

    def require_admitted(self, document: IncomingDocument, *, new_edits: bool) -> None:
        """Refuse what the rule refuses before the bytes of attachments are read. Raises Forbidden."""
        rule = self.write_rule
        refusal = None if rule is None else rule(document, new_edits=new_edits)
        if refusal is not None:
            raise Forbidden(str(refusal))

    def location(self, *parts: str) -> str:
        """Return the address of a database, or of what it holds, as this client calls the node."""
        return self.request.origin + "".join(f"/{quote(part, safe='')}" for part in parts)

    async def json(self) -> object:
        """Read the request's JSON body, within the node's bound. Raises UnsupportedMediaType."""
        self.require_json()
        return await self.request.json(self.node.limits.body_bytes)

    async def json_object(self) -> Mapping[str, object]:
        """Read the request's JSON object, within the node's bound. Raises UnsupportedMediaType."""
        self.require_json()
        return await self.request.json_object(self.node.limits.body_bytes)

    async def json_document(self) -> Mapping[str, object]:
        """Read the request's document, within the node's bound. Raises UnsupportedMediaType."""
        self.require_json()
        return await self.request.json_object(self.node.limits.body_bytes, NOT_A_DOCUMENT)


Handler = Callable[[Exchange], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _NoDesignDocuments:
    """Refuses design documents, then asks the rule beneath."""

    beneath: WriteRule | None

    def __call__(self, document: IncomingDocument, *, new_edits: bool) -> Refusal | None:
        if document.identifier.startswith(DESIGN_PREFIX):
            return Refusal("design", "You are not a db or server admin.")
        return None if self.beneath is None else self.beneath(document, new_edits=new_edits)
