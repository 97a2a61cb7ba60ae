"""The headers that every response carries, errors and mounted applications included."""

from litestar.types import Message, Scope


def content_security_policy(*connected: str) -> str:
    """Return the policy of a page that speaks with its own origin and with those ``connected``."""
    return "; ".join(
        (
            "default-src 'self'",
            # Argon2id and the form rules run as WebAssembly on the tablet.
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' data:",
            " ".join(("connect-src 'self'", *connected)),
            "worker-src 'self'",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


CONTENT_SECURITY_POLICY = content_security_policy()
NO_PAGE_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page: shorter, since an idle tablet pays for every byte, and stricter."""

HEADERS: tuple[tuple[bytes, bytes], ...] = tuple(
    (name.encode(), value.encode())
    for name, value in (
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        # The tablet scans enrolment cards and keeps its screen on; nothing else of the device is asked for.
        ("permissions-policy", "camera=(self), screen-wake-lock=(self), geolocation=(), microphone=()"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    )
)
NO_PAGE_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", NO_PAGE_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NO_STORE = (b"cache-control", b"no-store")
_STATIC = "/coordination/statique/"
_NO_PAGES = ("/api", "/sync", "/health")
_NEVER_STORED = (*_NO_PAGES, "/coordination", "/avis", "/satisfaction")


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Complete the start of a response (Litestar's ``before_send`` hook); what a handler set is kept."""
    if message["type"] != "http.response.start":
        return
    # Of a mounted application ``path`` is what follows the mount.
    path = scope["raw_path"].decode("latin-1")
    present = {name.lower() for name, _ in message["headers"]}
    wanted = NO_PAGE_HEADERS if _is_under(path, _NO_PAGES) else HEADERS
    if _is_never_stored(path):
        wanted = (*wanted, _NO_STORE)
    message["headers"] = [
        *message["headers"],
        *((name, value) for name, value in wanted if name not in present),
    ]


def _is_never_stored(path: str) -> bool:
    if path.startswith(_STATIC):
        return False
    return _is_under(path, _NEVER_STORED)


def _is_under(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root + "/") for root in roots)
