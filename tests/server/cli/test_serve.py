"""Whose word the server takes for a caller's address: nobody's, unless a reverse proxy is named."""

from typing import Any

import anyio
import pytest

from server.cli.serve import configuration
from server.settings import read


def caller(trusted: str) -> str:
    """Return the address that the application sees, behind a proxy at 10.0.0.2 that speaks for another."""
    seen: list[dict[str, Any]] = []

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    async def nothing(*_: Any) -> Any:
        raise AssertionError("nothing is read nor written")

    config = configuration(application, read({"ESCALE_TRUSTED_PROXIES": trusted}))
    config.load()
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    scope = {"type": "http", "client": ("10.0.0.2", 50000), "scheme": "http", "headers": headers}
    anyio.run(config.loaded_app, scope, nothing, nothing)
    address: str = seen[0]["client"][0]
    return address


@pytest.mark.parametrize(
    ("trusted", "address"),
    [
        ("", "10.0.0.2"),
        ("10.0.0.3", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9"),
        ("::1, 10.0.0.0/8", "203.0.113.9"),
    ],
)
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_only(trusted: str, address: str) -> None:
    assert caller(trusted) == address
