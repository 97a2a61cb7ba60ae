"""Who asks, on a stand-alone node: Basic authentication, cookie sessions, and nobody."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import Authentication, create_app
from sync.http.session_cookies import SessionCookies
from sync.standalone import AUTHENTICATION_HANDLERS, CHALLENGE, Administrator

pytestmark = pytest.mark.anyio

INCORRECT = {"error": "unauthorized", "reason": "Name or password is incorrect."}


@dataclass
class Clock:
    now_s: float = 1_000_000.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def node(engine: EmbeddedEngine, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """A stand-alone node of the administrator `ann:secret:é`, called by nobody."""
    administrator = Administrator("ann", "secret:é", SessionCookies(lambda: clock.now_s, lifetime_s=600))
    application = create_app(
        engine,
        authorize=administrator.authorize,
        rule_for=lambda _principal: None,
        authentication=Authentication(CHALLENGE, AUTHENTICATION_HANDLERS, administrator),
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://node"
    ) as client:
        yield client


async def test_nobody_sees_the_welcome_and_no_database(node: httpx.AsyncClient) -> None:
    for path in ("/", "/_up", "/_uuids", "/_session"):
        assert (await node.get(path)).status_code == 200

    for path, reason in (
        ("/t1", "You are not authorized to access this db."),
        ("/_all_dbs", "You are not a server admin."),
    ):
        answer = await node.get(path)
        assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized", "reason": reason})
        assert answer.headers["www-authenticate"] == 'Basic realm="server"'


async def test_the_session_says_who_asks_and_how_that_is_known(node: httpx.AsyncClient) -> None:
    nobody = (await node.get("/_session")).json()
    named = (await node.get("/_session", auth=httpx.BasicAuth("ann", "secret:é"))).json()

    assert nobody == {
        "ok": True,
        "userCtx": {"name": None, "roles": []},
        "info": {"authentication_handlers": ["cookie", "default"]},
    }
    assert named["userCtx"] == {"name": "ann", "roles": ["_admin"]}
    assert named["info"]["authenticated"] == "default"


@pytest.mark.parametrize("form", ["json", "data"])
async def test_a_password_opens_a_session_that_a_cookie_carries(node: httpx.AsyncClient, form: str) -> None:
    opened = await node.post("/_session", **{form: {"name": "ann", "password": "secret:é"}})  # type: ignore[arg-type]
    session = (await node.get("/_session")).json()
    listed = await node.get("/_all_dbs")
    closed = await node.delete("/_session")
    after = await node.get("/_all_dbs")

    assert (opened.status_code, opened.json()) == (200, {"ok": True, "name": "ann", "roles": ["_admin"]})
    assert "HttpOnly" in opened.headers["set-cookie"]
    assert session["info"]["authenticated"] == "cookie"
    assert (listed.status_code, closed.json(), after.status_code) == (200, {"ok": True}, 401)


@pytest.mark.parametrize("presented", [("ann", "other"), ("bob", "secret:é"), ("", "")])
async def test_a_wrong_name_or_password_is_refused_everywhere(
    node: httpx.AsyncClient, presented: tuple[str, str]
) -> None:
    name, password = presented

    login = await node.post("/_session", json={"name": name, "password": password})
    basic = await node.get("/", auth=httpx.BasicAuth(name, password))

    for answer in (login, basic):
        assert (answer.status_code, answer.json()) == (401, INCORRECT)


async def test_a_session_ends_by_itself(node: httpx.AsyncClient, clock: Clock) -> None:
    await node.post("/_session", json={"name": "ann", "password": "secret:é"})

    clock.now_s += 599
    before = await node.get("/_all_dbs")
    clock.now_s += 1
    after = await node.get("/_all_dbs")

    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.parametrize("cookie", ["", "x", "YW5uOkZGRkZGRkZGRkY", "é"])
async def test_a_cookie_that_is_not_ours_is_nobodys(node: httpx.AsyncClient, cookie: str) -> None:
    answer = await node.get("/_session", headers=[(b"cookie", f"AuthSession={cookie}".encode())])

    assert answer.json()["userCtx"]["name"] is None


async def test_a_login_of_another_kind_is_refused(node: httpx.AsyncClient) -> None:
    text = await node.post("/_session", content=b"name=ann", headers={"content-type": "text/plain"})
    broken = await node.post("/_session", content=b"{", headers={"content-type": "application/json"})
    large = await node.post("/_session", data={"name": "a" * 5000})

    assert [answer.status_code for answer in (text, broken, large)] == [415, 400, 413]
    assert text.json()["error"] == "bad_content_type"


async def test_a_node_without_passwords_opens_no_session(central: httpx.AsyncClient) -> None:
    answer = await central.post("/_session", json={"name": "ann", "password": "x"})

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET,HEAD")
