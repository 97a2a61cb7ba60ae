"""What must hold once every fault has healed; and what must hold at every moment."""

from collections.abc import Iterable

from sync.document import Document
from sync.embedded import EmbeddedEngine
from sync.errors import DocumentNotFound
from sync.revision import Revision
from sync.revtree import RevisionTree
from tests.faults.node import NOTES, RECORDS, Node
from tests.faults.receipts import receipt_of
from tests.faults.team import Team

Leaves = dict[Revision, tuple[bool, bytes]]


async def lies(team: Team) -> list[str]:
    """Return every receipt, on any node that is up, of an envelope that central, being up, does not hold."""
    if not team.central.is_up:
        return []
    held = await identifiers(team.central.store)
    told = []
    for node in team.nodes:
        if node.is_up:
            for receipt, envelope_id in await receipts(node.store):
                if envelope_id not in held and envelope_id not in team.taken_back:
                    told.append(f"{node.name}: receipt {receipt[:9]} lies, central lacks {envelope_id[:9]}")
    return told


async def faults(team: Team) -> list[str]:
    """Return everything that is wrong after healing."""
    return [
        *await lies(team),
        *[line for node in team.nodes for line in await _records(team, node)],
        *await _notes(team),
    ]


async def identifiers(store: EmbeddedEngine) -> set[str]:
    """Return the ids of the envelopes that a store holds."""
    page = await store.changes(RECORDS)
    return {change.identifier for change in page.results if change.identifier.startswith("e")}


async def receipts(store: EmbeddedEngine) -> list[tuple[str, str]]:
    """Return a store's receipts, each with the envelope that it names."""
    page = await store.changes(RECORDS, include_docs=True)
    return [
        (change.identifier, str(change.document.body["envelope"]))
        for change in page.results
        if change.identifier.startswith("c") and change.document is not None
    ]


async def _records(team: Team, node: Node) -> list[str]:
    """Return what is wrong with the records on one node: each must be there once, and have its receipt."""
    told = []
    page = await node.store.changes(RECORDS, include_docs=True)
    found = {change.identifier: change for change in page.results}
    for identifier in team.records:
        change = found.get(identifier)
        if change is None or change.document is None:
            told.append(f"{node.name}: acknowledged record {identifier[:9]} is lost")
        elif receipt_of(identifier) not in found:
            told.append(f"{node.name}: record {identifier[:9]} has no receipt")
    for identifier, change in found.items():
        leaves = await node.store.open_revisions(RECORDS, identifier, None)
        if len(leaves) != 1 or change.deleted:
            told.append(f"{node.name}: {identifier[:9]} exists {len(leaves)} times")
        elif identifier.startswith("e") and change.leaves[0].digest != identifier[1:33]:
            told.append(f"{node.name}: {identifier[:9]} has another revision")
    told += _unlike(f"{node.name}: records", set(found), team.everywhere)
    return told


def _unlike(what: str, here: set[str], everywhere: set[str]) -> list[str]:
    return [f"{what}: {min(here ^ everywhere)[:9]} is not on every node"] if here != everywhere else []


async def _notes(team: Team) -> list[str]:
    """Return what is wrong with the notes: the same leaves everywhere, none lost, none invented."""
    told = []
    central = await _all_leaves(team.central.store)
    for node in team.nodes:
        here = await _all_leaves(node.store)
        told += [f"{node.name}: {line}" for line in _differences(here, central)]
    for identifier in {document.identifier for document in team.notes.acknowledged}:
        leaves = central.get(identifier, {})
        there = _tree_of(await _opened(team.central.store, identifier))
        expected = team.notes.expected(identifier, there)
        wanted = {leaf.revision: leaf.deleted for leaf in expected.leaves()}
        if wanted != {revision: deleted for revision, (deleted, _) in leaves.items()}:
            told.append(f"{identifier}: expected leaves {_names(wanted)}, found {_names(leaves)}")
        elif expected.winner().revision != next(iter(leaves)):
            told.append(f"{identifier}: another winner")
    return told


async def _all_leaves(store: EmbeddedEngine) -> dict[str, Leaves]:
    """Return every leaf of every note, the winner first."""
    page = await store.changes(NOTES)
    return {
        change.identifier: {
            leaf.revision: (leaf.deleted, leaf.content) for leaf in await _opened(store, change.identifier)
        }
        for change in page.results
    }


async def _opened(store: EmbeddedEngine, identifier: str) -> list[Document]:
    try:
        found = await store.open_revisions(NOTES, identifier, None)
    except DocumentNotFound:
        return []
    return [leaf for leaf in found if isinstance(leaf, Document)]


def _tree_of(leaves: Iterable[Document]) -> RevisionTree:
    tree = RevisionTree({})
    for leaf in leaves:
        tree = tree.merged(RevisionTree.of_path(leaf.ancestry, deleted=leaf.deleted, body=1))
    return tree


def _differences(here: dict[str, Leaves], there: dict[str, Leaves]) -> list[str]:
    return [
        f"{identifier} is {_names(here.get(identifier, {}))}, at central {_names(there.get(identifier, {}))}"
        for identifier in sorted(here.keys() | there.keys())
        if list(here.get(identifier, {}).items()) != list(there.get(identifier, {}).items())
    ]


def _names(revisions: Iterable[Revision]) -> str:
    return ",".join(f"{revision.generation}-{revision.digest[:6]}" for revision in revisions) or "nothing"
