"""Rules: what one refuses is told, and takes nothing else with it."""

import pytest

from sync.changes import Style
from sync.document import IncomingDocument
from sync.engine import Engine
from sync.write_rules import envelope_rule
from tests.sync.contract.feed_reading import DB
from tests.sync.envelopes import incoming_envelope, revision_path

pytestmark = pytest.mark.anyio


async def test_a_rule_refuses_its_document_and_lets_the_others_pass(engine: Engine) -> None:
    good, other = incoming_envelope(1), incoming_envelope(2)
    bad = IncomingDocument("note", {"text": "clear"}, revision_path("1-a"))

    results = await engine.write(DB, [good, bad, other], new_edits=False, rule=envelope_rule)

    assert [result.error for result in results] == [None, "forbidden", None]
    assert (results[1].reason or "").startswith("identifier: ")
    assert (await engine.information(DB)).doc_count == 2


async def test_the_same_envelope_by_any_path_is_one_document(engine: Engine) -> None:
    for _ in range(3):
        await engine.write(DB, [incoming_envelope(1)], new_edits=False, rule=envelope_rule)

    page = await engine.changes(DB, style=Style.ALL_DOCS)
    assert [len(change.leaves) for change in page.results] == [1]
