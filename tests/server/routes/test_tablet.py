"""The tablet application's files: right types, right caches, nothing outside their folder."""

from pathlib import Path

import httpx
import pytest

from server.settings import Settings

pytestmark = pytest.mark.anyio
NAVIGATION = {"sec-fetch-mode": "navigate"}


@pytest.fixture
def built(settings: Settings) -> Path:
    """A built application of three files."""
    (settings.pwa / "assets").mkdir(parents=True)
    (settings.pwa / "index.html").write_text("<!doctype html><title>Escale</title>")
    (settings.pwa / "sw.js").write_text("// service worker")
    (settings.pwa / "assets" / "zxing-abc123.wasm").write_bytes(b"\0asm")
    (settings.pwa.parent / "secret.txt").write_text("secret")
    (settings.pwa / "link.txt").symlink_to(settings.pwa.parent / "secret.txt")
    return settings.pwa


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/tablette/", "text/html; charset=utf-8", "no-cache"),
        ("/tablette/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/tablette/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/tablette/assets/zxing-abc123.wasm", "application/wasm", "public, max-age=31536000, immutable"),
    ],
)
async def test_a_file_has_its_type_and_its_cache(
    built: Path, client: httpx.AsyncClient, path: str, media_type: str, cache: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (media_type, cache)
    assert "script-src 'self' 'wasm-unsafe-eval'" in answer.headers["content-security-policy"]


async def test_an_unknown_address_is_the_page_only_for_a_navigation(
    built: Path, client: httpx.AsyncClient
) -> None:
    page = await client.get("/tablette/accueil", headers=NAVIGATION)
    assert (page.status_code, page.text) == (200, (built / "index.html").read_text())
    assert (await client.get("/tablette/assets/gone-abc.js")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "link.txt", "/etc/passwd", "assets", "%00"],
)
async def test_nothing_outside_the_folder_is_served(
    built: Path, client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(httpx.URL(f"http://localhost:8000/tablette/{path}"))
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_without_a_build_a_page_says_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.get("/tablette/")
    assert answer.status_code == 503
    assert "make run" in answer.text


async def test_bare_addresses_lead_on(built: Path, client: httpx.AsyncClient) -> None:
    assert (await client.get("/tablette")).headers["location"] == "/tablette/"
    assert (await client.get("/")).headers["location"] == "/coordination/"
