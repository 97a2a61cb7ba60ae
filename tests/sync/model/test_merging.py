"""What several nodes know of a document makes one document, in whatever order it arrives and how often."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.document import Document, IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.revision import Revision
from sync.security import Security

DIGESTS = "ab"


@st.composite
def histories(draw: st.DrawFn) -> IncomingDocument:
    """A revision with the ancestors that its node remembers; what it says follows from its name."""
    generation = draw(st.integers(1, 4))
    known = draw(st.integers(1, generation))
    path = tuple(Revision(generation - index, draw(st.sampled_from(DIGESTS))) for index in range(known))
    deleted = (path[0].generation + ord(path[0].digest)) % 3 == 0
    return IncomingDocument("x", {} if deleted else {"of": str(path[0])}, path, deleted)


async def read(engine: EmbeddedEngine, name: str) -> list[Document]:
    return [one for one in await engine.open_revisions(name, "x", None) if isinstance(one, Document)]


async def learned(directory: Path, orders: list[list[IncomingDocument]]) -> list[list[Document]]:
    """Give each order of arrival to a database of its own; return what each then holds."""
    engine = await EmbeddedEngine.open(directory)
    held: list[list[Document]] = []
    try:
        for number, order in enumerate(orders):
            await engine.create_database(f"d{number}", Security())
            for document in order:
                await engine.write(f"d{number}", [document], new_edits=False)
            held.append(await read(engine, f"d{number}"))
        # At once, and what is known already once more: nothing changes.
        await engine.write("d0", orders[1], new_edits=False)
        held.append(await read(engine, "d0"))
        for number in range(len(orders)):
            await engine.delete_database(f"d{number}")
    finally:
        await engine.aclose()
    return held


@given(st.lists(histories(), min_size=2, max_size=5), st.data())
@settings(max_examples=15, deadline=None)
def test_the_order_of_arrival_and_repetition_change_nothing(
    documents: list[IncomingDocument], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(documents))
    again = data.draw(st.permutations([*documents, *documents]))

    with tempfile.TemporaryDirectory() as directory:
        first, *others = asyncio.run(learned(Path(directory), [documents, order, again]))

    assert first
    for held in others:
        assert held == first
