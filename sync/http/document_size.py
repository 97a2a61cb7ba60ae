"""How large one document of a request may be, and each of its attachments."""

import orjson

from sync.document import IncomingDocument
from sync.errors import AttachmentTooLarge, DocumentTooLarge, InvalidIdentifier
from sync.http.exchange import Exchange


def require_size(exchange: Exchange, document: IncomingDocument) -> None:
    """Raise InvalidIdentifier, DocumentTooLarge, AttachmentTooLarge, as CouchDB.

    A body counts without its attachments. Nothing else than the id is measured of a request that is
    itself within both bounds.
    """
    limits = exchange.node.limits
    if len(document.identifier.encode("utf-8", "surrogatepass")) > limits.identifier_bytes:
        raise InvalidIdentifier("Document id is too long")
    if exchange.request.received_bytes <= min(limits.document_bytes, limits.attachment_bytes):
        return
    if len(orjson.dumps(document.body)) > limits.document_bytes:
        raise DocumentTooLarge(document.identifier)
    for attachment in document.attachments.values():
        if attachment.content is not None and attachment.content.length > limits.attachment_bytes:
            raise AttachmentTooLarge(attachment.name)
