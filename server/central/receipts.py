"""Receipts: what became of an envelope (wire §4). The projection decides; this signs and writes."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.central.documents import CentralDocument, DocumentType
from server.central.publisher import Central


def document(database: str, body: Mapping[str, Any]) -> CentralDocument:
    """Return the receipt of one envelope.

    ``body`` has ``open`` (``envelope``, ``record``, ``state``, ``turn``, ``reasons``, ``at``) and ``sealed``
    (``message``, ``by``; null when no reviewer wrote anything).
    """
    return CentralDocument(
        type=DocumentType.RECEIPT,
        key=body["open"]["envelope"],
        database=database,
        open=body["open"],
        sealed=body["sealed"],
    )


async def publish(central: Central, database: str, bodies: Sequence[Mapping[str, Any]]) -> int:
    """Write the receipts of several envelopes in one transaction; return how many were new."""
    return await central.publish(database, [document(database, body) for body in bodies])
