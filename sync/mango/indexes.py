"""Indexes, and which of them serves a query, by CouchDB's rules (docs, "Index selection").

An index here is what its design document says and nothing more: a query is answered by reading documents,
and the index decides which are listed (those that have all its members) and in which order.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from sync.mango.failures import QueryError, shown
from sync.mango.fields import Path
from sync.mango.normal import Both, Condition
from sync.mango.normal import Selector as NormalSelector
from sync.mango.selector import Selector
from sync.mango.sorting import Sort, parse_sort

_RANGES: Final = ("$lt", "$lte", "$eq", "$gte", "$gt")
_ALWAYS: Final[frozenset[Path]] = frozenset({("_id",), ("_rev",)})


@dataclass(frozen=True, slots=True)
class Index:
    """A JSON index; `design` None: the primary one. `partial`: the selector of the documents it lists."""

    design: str | None
    name: str
    sort: Sort
    partial: Mapping[str, object] | None = None

    @property
    def columns(self) -> list[Path]:
        """The members that it is ordered by."""
        return self.sort.paths

    def to_json(self) -> dict[str, object]:
        """Write it as `GET /{db}/_index` does."""
        definition: dict[str, object] = {"fields": self.sort.to_json()}
        if self.partial:
            definition["partial_filter_selector"] = self.partial
        kind = "special" if self.design is None else "json"
        return {
            "ddoc": self.design,
            "name": self.name,
            "type": kind,
            "partitioned": False,
            "def": definition,
        }

    def view(self) -> dict[str, object]:
        """Return the view of its design document that stands for it, as CouchDB writes it."""
        (fields,) = [{name: way for one in self.sort.to_json() for name, way in one.items()}]
        definition: dict[str, object] = {"fields": self.sort.to_json()}
        if self.partial:
            definition["partial_filter_selector"] = self.partial
        return {
            "map": {"fields": fields, "partial_filter_selector": self.partial or {}},
            "reduce": "_count",
            "options": {"def": definition},
        }


ALL_DOCS: Final = Index(None, "_all_docs", Sort(("_id",)))


def define(value: object, *, design: str | None, name: str | None) -> Index:
    """Read an index's definition (`{"fields": […]}`). Raises QueryError."""
    if not isinstance(value, Mapping):
        raise QueryError("invalid_index", f"JSON indexes must be an object, not: {shown(value)}")
    if unknown := value.keys() - {"fields", "partial_filter_selector"}:
        raise QueryError("invalid_key", f"Invalid key {min(unknown)[:80]} for this request.")
    if "fields" not in value:
        raise QueryError("missing_required_key", "Missing required key: fields")
    sort, partial = parse_sort(value["fields"]), value.get("partial_filter_selector")
    if not sort.fields:
        raise QueryError("invalid_index", "Index is missing its definition.")
    if partial is not None:
        Selector(partial)
    drawn = hashlib.sha1(orjson.dumps(value), usedforsecurity=False).hexdigest()
    design = drawn if design is None else design
    full = design if design.startswith("_design/") else f"_design/{design}"
    return Index(full, drawn if name is None else name, sort, partial or None)


def of_design(design: str, body: Mapping[str, object]) -> list[Index]:
    """Return the indexes of a design document; none when it is of another language, or says nonsense."""
    views = body.get("views")
    if body.get("language") != "query" or not isinstance(views, Mapping):
        return []
    found = (_of_view(design, name, view) for name, view in views.items())
    return [index for index in found if index is not None]


def usable(index: Index, selector: NormalSelector, sort: Sort) -> bool:
    """Return whether every document asked for is in the index, and in the order asked for."""
    if index.design is None:
        return sort.fields in ((), ("_id",))
    needed = set(index.columns) - set(sort.paths) - _ALWAYS
    return needed <= required(selector) and _serves_sort(index.columns, sort.paths, selector)


def choose(indexes: Iterable[Index], selector: NormalSelector, sort: Sort, wanted: Sequence[str]) -> Index:
    """Return the index that serves a query; `wanted`: `use_index`. Raises QueryError when none can."""
    candidates = [
        index
        for index in (*indexes, ALL_DOCS)
        if (index.partial is None or is_wanted(index, wanted)) and usable(index, selector, sort)
    ]
    if not candidates:
        raise QueryError("no_usable_index", "No index exists for this sort, try indexing by the sort fields.")
    asked_for = [index for index in candidates if is_wanted(index, wanted)]
    ranged = _ranged(selector)

    def preference(index: Index) -> tuple[bool, int, int, str, str]:
        prefix = 0
        while prefix < len(index.columns) and index.columns[prefix] in ranged:
            prefix += 1
        columns = len(index.columns)
        return (index.design is None, columns - prefix, columns, index.design or "", index.name)

    return min(asked_for or candidates, key=preference)


def is_wanted(index: Index, wanted: Sequence[str]) -> bool:
    """Return whether `use_index` names this index: its design document, or it alone."""
    if not wanted or index.design is None:
        return False
    return index.design == f"_design/{wanted[0]}" and wanted[1:] in ([], [index.name])


def required(selector: NormalSelector) -> frozenset[Path]:
    """Return the members that every matching document has."""
    if isinstance(selector, Condition):
        absent = selector.operator == "$exists" and not selector.argument
        return frozenset() if absent else frozenset({selector.path})
    parts = [required(part) for part in selector.parts]
    if not parts:
        return frozenset()
    return frozenset.union(*parts) if selector.is_all else frozenset.intersection(*parts)


def conditions(selector: NormalSelector) -> list[Condition]:
    """Return the conditions that every matching document meets."""
    if isinstance(selector, Condition):
        return [selector]
    if not selector.is_all and len(selector.parts) > 1:
        return []
    return [condition for part in selector.parts for condition in conditions(part)]


def described(selector: NormalSelector) -> dict[str, object]:
    """Write a selector in its normal form, as `_explain` shows it."""
    if isinstance(selector, Both):
        if not selector.parts:
            return {}
        return {"$and" if selector.is_all else "$or": [described(part) for part in selector.parts]}
    argument = selector.argument
    told: dict[str, object] = {
        selector.operator: described(argument) if isinstance(argument, Both | Condition) else argument
    }
    if selector.negated:
        told = {"$not": told}
    return {".".join(part.replace(".", "\\.") for part in selector.path): told} if selector.path else told


def _of_view(design: str, name: str, view: object) -> Index | None:
    definition = view.get("map") if isinstance(view, Mapping) else None
    fields = definition.get("fields") if isinstance(definition, Mapping) else None
    if not isinstance(definition, Mapping) or not isinstance(fields, Mapping) or not fields:
        return None
    try:
        sort = parse_sort([{field: way} for field, way in fields.items()])
        partial = definition.get("partial_filter_selector") or None
        if partial is not None:
            Selector(partial)
    except QueryError:
        return None
    return Index(design, name, sort, partial)


def _serves_sort(columns: Sequence[Path], sort: Sequence[Path], selector: NormalSelector) -> bool:
    """Return whether the sort is the beginning of the columns, after those that the query holds constant."""
    if not sort:
        return True
    constant = {one.path for one in conditions(selector) if one.operator == "$eq"}
    rest = list(columns)
    while rest and rest[0] != sort[0] and rest[0] in constant:
        rest.pop(0)
    return rest[: len(sort)] == list(sort)


def _ranged(selector: NormalSelector) -> set[Path]:
    return {one.path for one in conditions(selector) if one.operator in _RANGES}
