"""A scene with a replication engine: documents are written as tablets and central write them."""

from collections.abc import Sequence

from forms.load import published
from server.central.databases import ensure_databases
from server.central.documents import CentralDocument, DocumentType
from server.central.publisher import Central
from server.envelope.seal import Envelope
from server.keys.organisation import OrganisationKeys
from server.projection.examine import StoredDocument
from server.projection.follow import SWEEP_S, Projection
from server.projection.rebuild import Rebuilt, rebuild
from server.store.database import Store
from sync.document import IncomingDocument
from sync.engine import Engine
from tests.server.projection.scene import Scene
from tests.support.organisation import DAY
from tests.support.records import SealedRecord


class Town(Scene):
    """A scene whose documents lie in an engine, followed by ``projection``."""

    def __init__(self, store: Store, keys: OrganisationKeys, engine: Engine) -> None:
        super().__init__(store, keys)
        self.engine = engine
        self.central = Central(store, engine, keys, lambda: self.now)
        self.projection = self.another_projection()

    def another_projection(self, engine: Engine | None = None, *, sweep_s: float = SWEEP_S) -> Projection:
        """A projection as a new process has it."""
        return Projection(
            self.store, engine or self.engine, self.keys, published(), lambda: self.now, sweep_s=sweep_s
        )

    async def open(self) -> None:
        """Create the databases."""
        await ensure_databases(self.store, self.engine, DAY)

    async def push(self, *records: SealedRecord) -> None:
        """Write records as a tablet does."""
        await self.push_documents([record.document for record in records])

    async def push_documents(self, documents: Sequence[IncomingDocument]) -> None:
        """Write documents as replication does."""
        await self.engine.write(self.seeded.database, documents, new_edits=False)

    async def push_envelope(self, document: StoredDocument) -> None:
        """Write an envelope that is known as it is stored."""
        await self.push_documents(
            [
                IncomingDocument.from_json(
                    {"_id": document.identifier, "_rev": document.revision, **document.body}
                )
            ]
        )

    async def published(self, envelope: Envelope) -> CentralDocument | None:
        """The receipt of an envelope as tablets read it."""
        wanted = CentralDocument(DocumentType.RECEIPT, envelope.identifier, self.seeded.database, None)
        (found,) = await self.central.read(self.seeded.database, [wanted])
        return found

    async def rebuild(self, *, check: bool = False) -> Rebuilt:
        """Rebuild, or check."""
        return await rebuild(self.store, self.engine, self.keys, published(), lambda: self.now, check=check)
