"""``/tablette/``: the built tablet application, as static files; ``/`` leads to the coordinators."""

import asyncio
from pathlib import Path
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import File, Redirect

from server.errors import NotFound
from server.routes.security_headers import content_security_policy
from server.routes.services import Services

ROOT = "/tablette"
INDEX = "index.html"

FOREVER = "public, max-age=31536000, immutable"
"""For files whose name holds the digest of their content (Vite's ``assets/``)."""
ALWAYS_ASK = "no-cache"
"""For the page, the service worker and all whose name stays when the content changes."""

MEDIA_TYPES = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Written out: the machine's own table may lack WebAssembly, which browsers then refuse to run."""

_NOT_BUILT = Path(__file__).parent.parent / "catalogue" / "tablet_not_built.html"


@get([ROOT, f"{ROOT}/", f"{ROOT}/{{path:path}}"], include_in_schema=False, name="tablet")
async def tablet(
    request: Request[None, None, State], state: State, path: FromPath[str] = ""
) -> Response[Any]:
    """Serve one file; an unknown address is the application's page when a person navigates to it."""
    if request.scope["raw_path"] == ROOT.encode():
        return Redirect(f"{ROOT}/")  # The page's relative addresses need the folder, which routing ignores.
    services: Services = state.services
    is_navigation = request.headers.get("sec-fetch-mode") == "navigate"
    answer = await asyncio.to_thread(_answer, services.settings.pwa, path, is_navigation=is_navigation)
    if services.settings.foreign_origins:  # The page and its worker speak with the node, which is elsewhere.
        answer.headers["content-security-policy"] = content_security_policy(services.settings.node_origin)
    return answer


@get("/", include_in_schema=False, name="home")
async def home() -> Redirect:
    """Lead to the coordinators' pages."""
    return Redirect("/coordination/")


def _answer(root: Path, path: str, *, is_navigation: bool) -> Response[Any]:
    if not (root / INDEX).is_file():
        return Response(_NOT_BUILT.read_bytes(), media_type=MediaType.HTML, status_code=503)
    found = _file_within(root, path.lstrip("/") or INDEX)
    if found is None and is_navigation:
        found = root / INDEX
    if found is None:
        raise NotFound.of("not-found")
    return File(
        found,
        media_type=MEDIA_TYPES.get(found.suffix, "application/octet-stream"),
        content_disposition_type="inline",
        headers={"cache-control": FOREVER if found.parent.name == "assets" else ALWAYS_ASK},
    )


def _file_within(root: Path, relative: str) -> Path | None:
    """Return the file of this name, never one outside ``root`` (``..``, absolute names, links)."""
    if "\0" in relative:
        return None
    found = (root / relative).resolve()
    return found if found.is_relative_to(root.resolve()) and found.is_file() else None


route_handlers: list[HTTPRouteHandler] = [tablet, home]
