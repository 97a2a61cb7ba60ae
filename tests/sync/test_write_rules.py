"""What a device may write: the cases that every engine must decide alike (tests/vectors/write_rules.json)."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.document import IncomingDocument
from sync.write_rules import envelope_rule

VECTORS = Path(__file__).parents[1] / "vectors" / "write_rules.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_envelope_rule_decides_as_the_vectors_say(case: dict[str, Any]) -> None:
    refusal = envelope_rule(
        IncomingDocument.from_json(written(case["document"])), new_edits=case["new_edits"]
    )

    assert (None if refusal is None else refusal.code) == case["refusal"]


def test_every_code_of_refusal_has_a_vector() -> None:
    documented = {
        line.split("`")[1]
        for line in (envelope_rule.__doc__ or "").splitlines()
        if line.strip().startswith("| `")
    }

    assert {case["refusal"] for case in CASES} - {None} == documented


def test_a_text_that_has_no_utf8_form_is_refused_and_not_an_accident() -> None:
    document = IncomingDocument("e" + "0" * 64, {"jwe": "\ud800"})

    refusal = envelope_rule(document, new_edits=False)

    assert refusal is not None
    assert refusal.code == "digest"


def written(document: dict[str, Any]) -> dict[str, Any]:
    """Return a case's document, with what the table abbreviates written out."""
    jwe = document.get("jwe")
    if isinstance(jwe, dict) and "repeat" in jwe:
        return {**document, "jwe": jwe["repeat"] * jwe["times"]}
    return document
