"""What a peer answered to `_bulk_get`, revision by revision.

CouchDB gives each revision asked for a row, `ok` or `error`; PouchDB's server writes `missing` for one that
is not there, and an error of a whole document without its revision. Asked with `latest`, a revision that is
no leaf any more is answered by the leaves that descend from it.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from sync.replicator.errors import PeerMisbehaved
from sync.replicator.peer import Denial, FetchedBatch, FetchedDocument, WantedRevision

_NOT_THERE: Final = frozenset({"missing", "deleted"})


class _Row(msgspec.Struct):
    ok: msgspec.Raw = msgspec.Raw()
    missing: Any = None
    error: Any = None


class _Found(msgspec.Struct):
    id: str
    docs: list[_Row]


class _Answer(msgspec.Struct):
    results: list[_Found]


class _History(msgspec.Struct):
    start: int
    ids: list[str]


class _Head(msgspec.Struct):
    identifier: str = msgspec.field(name="_id")
    revision: str = msgspec.field(name="_rev")
    history: _History | None = msgspec.field(name="_revisions", default=None)

    def may_descend_from(self, revision: str) -> bool:
        """Whether this leaf is, or follows, `revision`; of what its history no longer tells, it may."""
        if revision == self.revision:
            return True
        generation, _, digest = revision.partition("-")
        if self.history is None or not (generation.isascii() and generation.isdigit()):
            return False
        back = self.history.start - int(generation)
        return back >= len(self.history.ids) or (back > 0 and self.history.ids[back] == digest)


def read_bulk_get(body: bytes, wanted: Sequence[WantedRevision]) -> FetchedBatch:
    """Tell of each revision `wanted` whether it was given, is absent, or failed. Raises PeerMisbehaved.

    Only `not_found`, `missing` or `deleted`, says that a revision is absent; another error, or no word of
    it, says nothing of what the peer has.
    """
    heads: dict[str, list[_Head]] = {}
    documents: dict[tuple[str, str], FetchedDocument] = {}
    errors: dict[tuple[str, str], Denial | None] = {}
    try:
        for found in msgspec.json.decode(body, type=_Answer).results:
            for row in found.docs:
                if content := bytes(row.ok):
                    head = msgspec.json.decode(content, type=_Head)
                    heads.setdefault(head.identifier, []).append(head)
                    key = (head.identifier, head.revision)
                    documents[key] = FetchedDocument(*key, content)
                else:
                    revision, failure = _not_given(found.id, row)
                    errors[found.id, revision] = failure
    except msgspec.DecodeError as error:
        raise PeerMisbehaved(f"an answer that is not CouchDB's ({error})") from error
    absent: list[WantedRevision] = []
    failed: list[Denial] = []
    for one in wanted:
        if any(head.may_descend_from(one.revision) for head in heads.get(one.identifier, ())):
            continue
        unsaid = Denial(one.identifier, one.revision, "no_answer", "the peer said nothing of it")
        # An error that names no revision is of them all.
        failure = errors.get((one.identifier, one.revision), errors.get((one.identifier, ""), unsaid))
        if failure is None:
            absent.append(one)
        else:
            failed.append(failure._replace(revision=one.revision))
    return FetchedBatch(tuple(documents.values()), tuple(absent), tuple(failed))


def _not_given(identifier: str, row: _Row) -> tuple[str, Denial | None]:
    """Return the revision that a row without a document is of ("": of all), and why; None when absent."""
    if row.missing is not None:
        return str(row.missing), None
    told = row.error if isinstance(row.error, dict) else {}
    revision = told.get("rev")
    # PouchDB's errors have their name in `name`, and `error: true`.
    word = next(
        (each for each in (told.get("error"), told.get("name")) if isinstance(each, str)), "unknown_error"
    )
    reason = str(told.get("reason") or "")
    absent = word == "not_found" and reason in _NOT_THERE
    return revision if isinstance(revision, str) else "", None if absent else Denial(
        identifier, "", word, reason
    )
