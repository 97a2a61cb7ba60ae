"""A form of a page: files added to a document."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

FORM = {"referer": "http://node/page", "content-type": "multipart/form-data; boundary=----TF"}


def form(*fields: tuple[str, str, bytes]) -> bytes:
    """Write a form of (what names the field, its type, its content)."""
    parts = (
        f"------TF\r\nContent-Disposition: form-data; {name}\r\n{kind}\r\n".encode() + content + b"\r\n"
        for name, kind, content in fields
    )
    return b"".join(parts) + b"------TF--"


def revision(of: str) -> tuple[str, str, bytes]:
    return 'name="_rev"', "", of.encode()


def file(name: str, content: bytes) -> tuple[str, str, bytes]:
    return f'name="_attachments"; filename="{name}"', "Content-Type: application/x\r\n", content


async def posted(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    return await client.post("/t1/a", content=body, headers=FORM | headers)


async def test_files_are_added_in_the_place_of_those_of_the_same_name(replicator: httpx.AsyncClient) -> None:
    inline = {"x": {"data": "eA=="}, "y": {"data": "eQ=="}}
    first = (await replicator.put("/t1/a", json={"n": 1, "_attachments": inline})).json()["rev"]

    answer = await posted(replicator, form(revision(first), file("y", b"new\r\n"), file("z", b"z")))

    assert (answer.status_code, answer.json()["ok"]) == (201, True)
    assert answer.headers["etag"] == f'"{answer.json()["rev"]}"'
    document = (await replicator.get("/t1/a")).json()
    assert (document["n"], sorted(document["_attachments"])) == (1, ["x", "y", "z"])
    assert [(await replicator.get(f"/t1/a/{name}")).content for name in "xyz"] == [b"x", b"new\r\n", b"z"]


async def test_a_form_may_hold_the_document(replicator: httpx.AsyncClient) -> None:
    answer = await posted(replicator, form(('name="_doc"', "", b'{"n": 2}'), file("x", b"x")))

    assert answer.status_code == 201
    assert (await replicator.get("/t1/a")).json()["n"] == 2
    assert (await replicator.get("/t1/a/x")).content == b"x"


@pytest.mark.parametrize(
    ("headers", "fields", "status", "reason"),
    [
        ({"referer": "http://elsewhere/"}, [], 400, "Referer header must match host."),
        ({"content-type": "text/plain"}, [], 415, "Content-Type must be multipart/form-data"),
        ({}, [], 400, "Invalid rev format"),
        ({}, [revision("1-unknown")], 409, "missing_rev"),
        ({}, [('name="_doc"', "", b"[]")], 400, "Document must be a JSON object"),
        ({}, [file("_x", b"")], 400, "Attachment name '_x' starts with prohibited character '_'"),
    ],
)
async def test_a_form_that_says_too_little_is_refused(
    replicator: httpx.AsyncClient,
    headers: dict[str, str],
    fields: list[tuple[str, str, bytes]],
    status: int,
    reason: str,
) -> None:
    answer = await posted(replicator, form(*fields), **headers)

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_a_form_says_which_page_it_comes_from(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.post("/t1/a", content=form(), headers={"content-type": FORM["content-type"]})

    assert (answer.status_code, answer.json()["reason"]) == (400, "Referer header required.")


async def test_a_tablet_posts_no_form(tablet: httpx.AsyncClient) -> None:
    assert (await posted(tablet, form(file("x", b"x")))).status_code == 403
