"""A browser without JavaScript: cookies, pages, and forms sent with the token of the page they were on."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any, Self

import httpx
from litestar import Litestar

from server.auth import passwords
from server.store.control import Member
from server.store.database import Store

PASSWORD = "une barque rentre vers son port avant grand vent"
_DIGEST = passwords.digest(PASSWORD)
_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')
_TAGS = re.compile(r"<[^>]*>")


def give_password(store: Store, member_id: str, *, one_time: bool = False) -> None:
    """Let a seeded coordinator sign in with ``PASSWORD``."""
    with store.session() as session:
        member = session.get_one(Member, member_id)
        member.password_hash, member.password_is_one_time = _DIGEST, one_time
        session.add(member)


def text_of(response: httpx.Response) -> str:
    """The words of a page, tags removed, spaces made one."""
    return " ".join(unescape(_TAGS.sub(" ", response.text)).split())


class Browser:
    """One person's browser; ``page`` is the last answer, whose form tokens are used by ``send``."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.page: httpx.Response | None = None

    @classmethod
    @asynccontextmanager
    async def of(cls, app: Litestar) -> AsyncIterator[Self]:
        """A browser with no cookie, on a running application."""
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://escale.local") as http:
            yield cls(http)

    async def open(self, path: str) -> httpx.Response:
        """Ask for a page; redirections are answers like others."""
        self.page = await self.http.get(path)
        return self.page

    @property
    def token(self) -> str:
        """The form token of the last page."""
        found = _TOKEN.findall(self.page.text) if self.page is not None else []
        return str(found[-1]) if found else ""

    async def send(
        self, path: str, headers: dict[str, str] | None = None, /, **fields: str
    ) -> httpx.Response:
        """Send a form of the last page."""
        form = {"form_token": self.token, **fields}
        answer = await self.http.post(path, data=form, headers=headers)
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = answer
        return answer

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Open the login page and send its form."""
        await self.open("/coordination/connexion")
        return await self.send("/coordination/connexion", login=login, password=password)

    async def status(self, method: str, path: str, **fields: Any) -> int:
        """The status of a request."""
        if method == "GET":
            return (await self.open(path)).status_code
        return (await self.send(path, **fields)).status_code
