"""CouchDB's validation function decides as the Python rule does, on the same table of cases."""

import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from sync.couchdb.validation import DESIGN_DOCUMENT, validation_function
from tests.sync.test_write_rules import CASES, written

HERE = Path(__file__).parent
TABLET = {"db": "t1", "name": "a device", "roles": ["team:t1"]}
CENTRAL = {"db": "t1", "name": "central", "roles": ["_admin"]}
SECURITY: dict[str, Any] = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"roles": ["team:t1"]}}

Call = tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any]]


def refusals(calls: list[Call], client_script: Path, source: str | None = None) -> list[Any]:
    """Run the function with only ES5 around it; return what each call threw, None for nothing."""
    asked = {
        "source": source or validation_function(),
        "calls": [[new, old, context, SECURITY] for new, old, context in calls],
    }
    acorn = client_script.parent / "node_modules" / "acorn"
    told = subprocess.run(
        ["node", HERE / "validate.cjs", acorn], input=orjson.dumps(asked), capture_output=True, check=False
    )
    assert told.returncode == 0, told.stderr.decode()
    refused: list[Any] = orjson.loads(told.stdout)
    return refused


def call(case: dict[str, Any], context: dict[str, Any] = TABLET) -> Call:
    """Return what CouchDB gives its function for a case: the document, and what was there before."""
    document = written(case["document"])
    digest = document["_id"][1:33]
    stored = {"_id": document["_id"], "_rev": f"1-{digest}", "jwe": "before"} if case.get("stored") else None
    return document, stored, context


def code(refused: dict[str, str] | None) -> str | None:
    return None if refused is None else refused["forbidden"].partition(":")[0]


def test_the_function_decides_as_the_vectors_say(client_script: Path) -> None:
    told = [code(refused) for refused in refusals([call(case) for case in CASES], client_script)]

    assert dict(zip([case["name"] for case in CASES], told, strict=True)) == {
        case["name"]: case.get("couchdb", case)["refusal"] for case in CASES
    }


def test_it_admits_more_than_the_rule_only_where_the_digest_would_tell() -> None:
    more = [
        case for case in CASES if case["refusal"] is not None and case.get("couchdb", case)["refusal"] is None
    ]

    assert {case["refusal"] for case in more} == {"digest"}


def test_central_writes_what_it_likes(client_script: Path) -> None:
    calls = [call(case, CENTRAL) for case in CASES]

    assert set(refusals(calls, client_script)) == {None}


@pytest.mark.parametrize("roles", [[], ["team:t1", "admin"], ["_reader"]])
def test_nobody_else_writes_a_central_document(client_script: Path, roles: list[str]) -> None:
    document = {"_id": "c" + "0" * 40, "_rev": "1-" + "0" * 32, "jws": "a.b.c"}

    (refused,) = refusals([(document, None, {**TABLET, "roles": roles})], client_script)

    assert code(refused) == "identifier"


def test_a_function_beyond_es5_would_be_found_out(client_script: Path) -> None:
    modern = "function (newDoc) { const digest = newDoc._id; }"

    with pytest.raises(AssertionError, match="SyntaxError"):
        refusals([call(CASES[0])], client_script, modern)
    (refused,) = refusals([call(CASES[0])], client_script, "function () { new Uint8Array(1); }")
    assert "Uint8Array is not defined" in refused["error"]


def test_the_design_document_holds_the_function_as_an_expression() -> None:
    function = DESIGN_DOCUMENT["validate_doc_update"]

    assert isinstance(function, str)
    assert function.startswith("function (newDoc, oldDoc, userCtx, secObj) {")
    assert function.endswith("}")
