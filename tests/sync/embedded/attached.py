"""Documents with attachments, as these tests write and read them."""

from collections.abc import Mapping

from sync.attachment import Arrival, Content, IncomingAttachment
from sync.document import IncomingDocument
from sync.node_engine import NodeEngine
from sync.revision import Revision
from tests.sync.envelopes import revision_path


def attachment(name: str, data: bytes, content_type: str = "image/png", **told: object) -> IncomingAttachment:
    """An attachment that comes with its bytes."""
    return IncomingAttachment(name, content_type, content=Content(data), **told)  # type: ignore[arg-type]


def stub(name: str, revpos: int | None = None) -> IncomingAttachment:
    """A stub: the attachment of the revision edited."""
    return IncomingAttachment(name, arrival=Arrival.STUB, revpos=revpos)


def document(
    identifier: str, *attachments: IncomingAttachment, path: tuple[str, ...] = ()
) -> IncomingDocument:
    """A document with these attachments; `path` is its revision and the ones before."""
    return IncomingDocument(
        identifier, {}, revision_path(*path), attachments={one.name: one for one in attachments}
    )


async def written(
    engine: NodeEngine, name: str, *documents: IncomingDocument, new_edits: bool = True
) -> Revision:
    """Write; return the revision of the last document. Fails when one was refused."""
    results = await engine.write(name, documents, new_edits=new_edits)
    assert [result.error for result in results] == [None] * len(documents)
    last = results[-1].revision
    assert last is not None
    return last


async def read(
    engine: NodeEngine, name: str, identifier: str, attachment: str, revision: str | None = None
) -> bytes:
    """Return the bytes of an attachment as stored."""
    opened = await engine.open_attachment(name, identifier, attachment, revision=revision)
    return b"".join([piece async for piece in opened.pieces()])


async def positions(
    engine: NodeEngine, name: str, identifier: str, revision: str | None = None
) -> Mapping[str, int]:
    """Return the `revpos` of each attachment of a revision."""
    found = (await engine.get(name, identifier, revision=revision)).attachments
    return {attached: one.revpos for attached, one in found.items()}
