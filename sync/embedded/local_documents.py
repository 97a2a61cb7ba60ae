"""Local documents (`_local/…`): checkpoints of replicators, never replicated themselves.

Their revision is `0-N`, counted by this store. A write over another revision than the stored one is a
conflict, so that two replicators cannot silently set each other's checkpoint back.
"""

import apsw
import orjson

from sync.all_docs import AllDocsPage, AllDocsQuery, AllDocsRow
from sync.document import Document, JsonObject
from sync.errors import Conflict, DocumentNotFound, InvalidRevision
from sync.revision import Revision


def read_local(connection: apsw.Connection, identifier: str) -> Document:
    """Return a local document; raises DocumentNotFound."""
    found = connection.execute("SELECT revision, content FROM locals WHERE id = ?", (identifier,)).fetchone()
    if found is None:
        raise DocumentNotFound
    revision = Revision(0, str(found[0]))
    return Document(identifier, revision, found[1], ancestry=(revision,))


def list_local(connection: apsw.Connection, query: AllDocsQuery, update_seq: str) -> AllDocsPage:
    """List local documents by id. A store holds a few for each replicator that ever came."""
    identifiers = [row[0] for row in connection.execute("SELECT id FROM locals WHERE id > '' ORDER BY id")]
    known = set(identifiers)
    asked = query.select(identifiers) if query.keys is None else query.keys[query.skip :][: query.limit]
    rows = tuple(_row(connection, one, query) if one in known else AllDocsRow(one, None) for one in asked)
    return AllDocsPage(total_rows=len(identifiers), offset=query.skip, rows=rows, update_seq=update_seq)


def _row(connection: apsw.Connection, identifier: str, query: AllDocsQuery) -> AllDocsRow:
    found = read_local(connection, identifier)
    return AllDocsRow(identifier, found.revision, document=found if query.include_docs else None)


def write_local(
    connection: apsw.Connection, identifier: str, body: JsonObject, revision: str | None
) -> Revision:
    """Store a local document over `revision`; return its next one. Raises Conflict, InvalidRevision."""
    number = _checked(connection, identifier, revision) + 1
    connection.execute(
        "INSERT INTO locals (id, revision, content) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, content = excluded.content",
        (identifier, number, orjson.dumps(body)),
    )
    return Revision(0, str(number))


def remove_local(connection: apsw.Connection, identifier: str, revision: str | None) -> None:
    """Remove a local document. Raises DocumentNotFound, Conflict, InvalidRevision."""
    read_local(connection, identifier)
    _checked(connection, identifier, revision)
    connection.execute("DELETE FROM locals WHERE id = ?", (identifier,))


def _checked(connection: apsw.Connection, identifier: str, revision: str | None) -> int:
    """Return the stored number, 0 without a document, when `revision` names it."""
    found = connection.execute("SELECT revision FROM locals WHERE id = ?", (identifier,)).fetchone()
    stored: int = 0 if found is None else found[0]
    if _number(revision) != stored:
        raise Conflict
    return stored


def _number(revision: str | None) -> int:
    if revision is None:
        return 0
    generation, _, number = revision.partition("-")
    if generation != "0" or not (number.isascii() and number.isdigit()):
        raise InvalidRevision("Invalid rev format")
    return int(number)
