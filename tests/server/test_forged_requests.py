"""Documents that are no envelopes and requests that are no requests, from an enrolled tablet over HTTP.

Each has its stated answer; nothing of them is kept, and the honest record beside them is integrated.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
import pytest
from litestar import Litestar

from server.envelope.seal import wrap
from sync.http.limits import Limits
from tests.server.door import Door
from tests.support.organisation import DAY, Seeded, seed_team
from tests.support.tablet import enrolled_tablet

pytestmark = pytest.mark.anyio

Json = Mapping[str, Any]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is refused at the door reaches no database."""
    return sqlite_url


@pytest.fixture
async def door(app: Litestar, client: httpx.AsyncClient, seeded: Seeded) -> Door:
    return await Door.of(app.state.services, client, seeded)


def oversized(envelope: Json) -> Json:
    """A document of the right form, one character over the bound of wire §3.3."""
    text = envelope["jwe"].ljust(400_001)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"_id": f"e{digest}", "_rev": f"1-{digest[:32]}", "jwe": text}


def edited(envelope: Json, **members: Any) -> Json:
    """A second generation over the envelope, as replication would bring it."""
    first = envelope["_rev"].removeprefix("1-")
    history = {"start": 2, "ids": ["f" * 32, first]}
    return {**envelope, "_rev": "2-" + "f" * 32, "_revisions": history, **members}


REFUSED: Mapping[str, tuple[Callable[[Json], Json], str]] = {
    # Made from the honest envelope; refused with this code, whatever else the batch holds.
    "an id that is not the digest": (lambda it: {**it, "_id": "e" + "0" * 64}, "digest"),
    "another content under the id": (lambda it: {**it, "jwe": it["jwe"] + " "}, "digest"),
    "another revision of the first generation": (lambda it: {**it, "_rev": "1-" + "f" * 32}, "revision"),
    "an edit": (edited, "revision"),
    "an edit of the content": (lambda it: edited(it, jwe="{}"), "digest"),
    "a deletion": (lambda it: {"_id": it["_id"], "_rev": it["_rev"], "_deleted": True}, "deletion"),
    "a deletion as a second generation": (lambda it: edited(it, _deleted=True), "deletion"),
    "an attachment": (
        lambda it: {**it, "_attachments": {"photo.jpg": {"content_type": "image/jpeg", "data": "AAAA"}}},
        "attachment",
    ),
    "something readable beside": (lambda it: {**it, "patient": "GARCIA"}, "body"),
    "an envelope over the bound": (oversized, "size"),
    "a readable document": (lambda _: {"_id": "note", "_rev": "1-a", "text": "GARCIA"}, "identifier"),
    "a document of central's": (lambda _: {"_id": "c" + "0" * 40, "_rev": "9-a", "jws": "x"}, "identifier"),
    "a design document": (lambda _: {"_id": "_design/x", "_rev": "1-a", "views": {}}, "design"),
}


async def test_a_document_that_is_no_envelope_is_refused_alone(door: Door) -> None:
    before = await door.documents()
    forged = [make(door.envelope) for make, _ in REFUSED.values()]

    answer = await door.tablet.push_documents([*forged, door.envelope])

    told = [(each["id"], each["error"], each["reason"].partition(":")[0]) for each in answer.json()]
    assert answer.status_code == 201
    codes = [code for _, code in REFUSED.values()]
    assert told == [(each["_id"], "forbidden", code) for each, code in zip(forged, codes, strict=True)]
    after = await door.documents()
    assert after == {**before, door.envelope["_id"]: door.envelope["_rev"]}
    await door.assert_only_the_honest_record_is_integrated()


async def test_nothing_changes_an_envelope_once_it_is_there(door: Door) -> None:
    await door.assert_only_the_honest_record_is_integrated()
    before = await door.documents()
    forged = [make(door.envelope) for make, _ in REFUSED.values()]

    assert len((await door.tablet.push_documents(forged)).json()) == len(forged)
    edits = await door.tablet.push_documents([door.envelope], new_edits=True)

    assert [each["error"] for each in edits.json()] == ["forbidden"]
    assert await door.documents() == before


OTHER_WAYS: tuple[tuple[str, str, int], ...] = (
    # The same intentions through the addresses of single documents: the tablet is named, and may not.
    ("PUT", "/{id}", 403),
    ("PUT", "/{id}?new_edits=false&rev=2-ffffffffffffffffffffffffffffffff", 403),
    ("PUT", "/note?new_edits=false", 403),
    ("DELETE", "/{id}?rev={rev}", 403),
    ("DELETE", "/{id}", 403),
    ("POST", "", 403),
    ("PUT", "/{id}/photo.jpg", 403),
    ("PUT", "/_local/{id}", 403),
    ("PUT", "/_security", 403),
    ("COPY", "/{id}", 403),
    ("POST", "/_purge", 403),
    ("POST", "/_compact", 403),
    ("POST", "/_index", 403),
    ("POST", "/_find", 403),
)


async def test_no_other_way_of_writing_is_open_to_a_tablet(door: Door) -> None:
    await door.assert_only_the_honest_record_is_integrated()
    before = await door.documents()
    names = {"id": door.envelope["_id"], "rev": door.envelope["_rev"]}
    answered = []
    for method, way, _ in OTHER_WAYS:
        answer = await door.http.request(
            method, door.address + way.format(**names), json=door.envelope, headers=door.tablet.bearer
        )
        answered.append((method, way, answer.status_code))
    assert answered == list(OTHER_WAYS)
    assert await door.documents() == before


async def test_ten_thousand_forged_documents_are_each_refused_and_the_honest_one_is_kept(door: Door) -> None:
    forged = [{**door.envelope, "_id": f"e{number:064x}", "jwe": "{}"} for number in range(9_999)]

    answer = await door.tablet.push_documents([*forged[:5_000], door.envelope, *forged[5_000:]])

    assert answer.status_code == 201
    assert [each["id"] for each in answer.json()] == [each["_id"] for each in forged]
    await door.assert_only_the_honest_record_is_integrated()


async def test_a_thousand_documents_that_only_look_like_envelopes_hold_nobody_up(door: Door) -> None:
    junk = [wrap(f"junk {number}") for number in range(1_000)]
    documents = [envelope.document for envelope in junk]

    answer = await door.tablet.push_documents([*documents[:500], door.envelope, *documents[500:]])
    await door.services.projection.caught_up()

    assert (answer.status_code, answer.json()) == (201, [])
    told = {envelope: receipt["reasons"] for envelope, receipt in (await door.tablet.receipts()).items()}
    assert told.pop(door.envelope["_id"]) == []
    assert told == {envelope.identifier: ["not-an-envelope"] for envelope in junk}


JSON = {"content-type": "application/json"}

MALFORMED: Mapping[str, bytes] = {
    "nothing": b"",
    "half a document": b'{"new_edits": false, "docs": [{"_id": "e',
    "not UTF-8": b'{"docs": ["\xff"]}',
    "half a character": rb'{"docs": [{"_id": "a", "jwe": "\ud800"}]}',
    "no number": b'{"docs": [NaN]}',
    "too deep": b'{"docs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a list": b"[]",
    "no documents": b'{"new_edits": false}',
    "documents that are no list": b'{"docs": {}}',
    "a document that is no object": b'{"docs": [1]}',
    "an id that is no text": b'{"docs": [{"_id": 1}]}',
    "a revision that is none": b'{"new_edits": false, "docs": [{"_id": "a", "_rev": "first"}]}',
    "a member that CouchDB does not know": b'{"docs": [{"_id": "a", "_member": 1}]}',
}


async def test_what_is_not_a_bulk_write_is_a_bad_request(door: Door) -> None:
    before = await door.documents()
    answered = {}
    for name, content in MALFORMED.items():
        answer = await door.http.post(
            f"{door.address}/_bulk_docs", content=content, headers={**door.tablet.bearer, **JSON}
        )
        answered[name] = answer.status_code
    assert answered == dict.fromkeys(MALFORMED, 400)
    assert await door.documents() == before
    await door.assert_only_the_honest_record_is_integrated()


@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "unannounced"])
async def test_a_body_over_the_bound_is_refused_before_it_is_read_through(
    door: Door, is_announced: bool
) -> None:
    piece = b" " * 1024 * 1024
    pieces = Limits().body_bytes // len(piece) + 8
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(pieces):
            sent += len(piece)
            yield piece

    length = {"content-length": str(pieces * len(piece))} if is_announced else {}
    answer = await door.http.post(
        f"{door.address}/_bulk_docs", content=body(), headers={**door.tablet.bearer, **JSON, **length}
    )

    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert sent <= (0 if is_announced else Limits().body_bytes + len(piece))
    await door.assert_only_the_honest_record_is_integrated()


async def test_another_teams_database_is_neither_read_nor_written(door: Door) -> None:
    with door.services.store.session() as session:
        other = seed_team(session, door.services.keys, DAY, "Équipe voisine")
    neighbour = await enrolled_tablet(door.http, door.services, other)
    before = await neighbour.pull()
    envelope = door.envelope["_id"]
    asked = {
        "_bulk_docs": {"new_edits": False, "docs": [door.envelope]},
        "_revs_diff": {envelope: [door.envelope["_rev"]]},
        "_bulk_get": {"docs": [{"id": before[0]["_id"]}]},
        "_all_docs": {},
        "_changes": {},
    }
    for endpoint, body in asked.items():
        answer = await door.http.post(
            f"/sync/{other.database}/{endpoint}", json=body, headers=door.tablet.bearer
        )
        assert (endpoint, answer.status_code, answer.json()["error"]) == (endpoint, 403, "forbidden")
    assert await neighbour.pull() == before
    await door.assert_only_the_honest_record_is_integrated()


async def test_a_malformed_body_is_refused_by_every_call_of_the_api(door: Door) -> None:
    calls = (
        "/api/enrolments/redeem",
        "/api/enrolments/status",
        "/api/device/nonce",
        "/api/device/token",
        "/api/slots",
    )
    for call in calls:
        for content in (b"", b"{", b"[]", b"\xff", b"[" * 50_000, json.dumps({"device": 1}).encode()):
            answer = await door.http.post(call, content=content, headers=door.tablet.bearer)
            assert (call, content[:9], answer.status_code) == (call, content[:9], 400)
            assert answer.json()["code"] == "validation"
    await door.assert_only_the_honest_record_is_integrated()
