"""The filters of `_changes` that need no function of a design document: which changes to tell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import orjson

from sync.changes import Change
from sync.document import DESIGN_PREFIX, Document
from sync.errors import BadRequest, NotFound, Unsupported
from sync.http.exchange import Exchange
from sync.http.request import Request
from sync.mango.failures import QueryError
from sync.mango.fields import Path, extract, parse_fields
from sync.mango.selector import Selector
from sync.revision import Revision

# Above it, reading all changes costs less than looking ids up one by one (CouchDB's
# changes_doc_ids_optimization_threshold).
MAXIMUM_LOOKUPS: Final = 100


class Filter(Protocol):
    """Chooses changes. `needs_documents`: it looks into the leaves themselves."""

    @property
    def needs_documents(self) -> bool:
        """Whether it judges documents, and not only ids."""

    @property
    def lookups(self) -> Collection[str] | None:
        """The few ids that can pass, when they are known: the engine then looks them up."""

    def leaves(self, change: Change, documents: Sequence[Document]) -> tuple[Revision, ...]:
        """Return the leaves to tell; none: the change is left out. `documents`: those leaves' documents."""

    def shown(self, document: object) -> object:
        """Return what is told of a document under `include_docs`."""


@dataclass(frozen=True, slots=True)
class Named:
    """`_doc_ids`: documents of these ids."""

    identifiers: frozenset[str]
    needs_documents: bool = False

    @property
    def lookups(self) -> Collection[str] | None:
        """The ids, when they are few."""
        return self.identifiers if len(self.identifiers) <= MAXIMUM_LOOKUPS else None

    def leaves(self, change: Change, documents: Sequence[Document]) -> tuple[Revision, ...]:
        """Keep the documents named."""
        del documents
        return change.leaves if change.identifier in self.identifiers else ()

    def shown(self, document: object) -> object:
        """Return all of it."""
        return document


@dataclass(frozen=True, slots=True)
class Designs:
    """`_design`: design documents."""

    needs_documents: bool = False
    lookups: Collection[str] | None = None

    def leaves(self, change: Change, documents: Sequence[Document]) -> tuple[Revision, ...]:
        """Keep design documents."""
        del documents
        return change.leaves if change.identifier.startswith(DESIGN_PREFIX) else ()

    def shown(self, document: object) -> object:
        """Return all of it."""
        return document


@dataclass(frozen=True, slots=True)
class Selected:
    """`_selector`: leaves that a selector matches, and of their documents the `fields` asked for."""

    selector: Selector
    fields: Sequence[Path] = ()
    needs_documents: bool = True
    lookups: Collection[str] | None = None

    def leaves(self, change: Change, documents: Sequence[Document]) -> tuple[Revision, ...]:
        """Keep the leaves whose documents match."""
        kept = {one.revision for one in documents if self.selector.matches(whole(one))}
        return tuple(leaf for leaf in change.leaves if leaf in kept)

    def shown(self, document: object) -> object:
        """Return the fields asked for."""
        if not self.fields:
            return document
        read: Mapping[str, object] = orjson.loads(orjson.dumps(document))
        return extract(read, self.fields)


def whole(document: Document) -> dict[str, object]:
    """Return a document as a selector sees it: its body with `_id`, `_rev` and what else CouchDB tells."""
    seen: dict[str, object] = orjson.loads(orjson.dumps(document.to_json()))
    return seen


async def asked_filter(exchange: Exchange, asked: Mapping[str, object]) -> Filter | None:
    """Read the filter of a request whose JSON body is `asked`. Raises BadRequest, NotFound, Unsupported."""
    request = exchange.request
    name = request.query.get("filter", "")
    if not name:
        return None
    if name == "_doc_ids":
        ids = request.value("doc_ids") if request.method == "GET" else asked.get("doc_ids")
        return Named(_identifiers(ids))
    if name == "_selector":
        return _selected(request, asked)
    if name == "_design":
        return Designs()
    if name == "_view":
        view = request.query.get("view")
        if not view:
            raise BadRequest("`view` filter parameter is not provided.")
        raise await _not_run(exchange, "view", view)
    if name.startswith("_"):
        raise BadRequest("unknown builtin filter name")
    raise await _not_run(exchange, "filter", name)


async def _not_run(exchange: Exchange, kind: str, name: str) -> Unsupported:
    """Return why a function is not run, once it is known to be there. Raises BadRequest, NotFound."""
    parts = [part for part in name.split("/") if part]
    if len(parts) != 2:
        raise BadRequest(f"`{kind}` must be of the form `designname/{kind}name`")
    body: object = (await exchange.engine.get(exchange.database, f"{DESIGN_PREFIX}{parts[0]}")).body
    for member in (f"{kind}s", parts[1]):
        if not isinstance(body, Mapping):
            raise NotFound("json_mismatch")
        if body.get(member) is None:
            raise NotFound(f"missing json key: {member}")
        body = body[member]
    return Unsupported(
        f"The {kind}s of design documents are JavaScript functions, which this node does not run."
    )


def _identifiers(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(identifier, str) for identifier in value):
        raise BadRequest("`doc_ids` filter parameter is not a list of doc ids.")
    return frozenset(value)


def _selected(request: Request, asked: Mapping[str, object]) -> Selected:
    if request.method != "POST":
        raise BadRequest("Selector must be specified in POST payload")
    if not isinstance(asked.get("selector"), Mapping):
        raise BadRequest("Selector error: expected a JSON object")
    fields = asked.get("fields")
    if not isinstance(fields, list | None):
        raise BadRequest("Selector error: fields must be JSON array")
    try:
        return Selected(Selector(asked["selector"]), parse_fields(fields or []))
    except QueryError as error:
        # In a feed, CouchDB says what is wrong with a selector, but not by its own word.
        raise BadRequest(error.reason) from error
