"""Cross-origin requests: the PWA's origin is not the replication host's (design, "Data plane")."""

from dataclasses import dataclass

from sync.http.asgi import HeaderList

_METHODS = b"GET, HEAD, POST, PUT, DELETE"
_HEADERS = b"accept, authorization, content-type, if-match, if-none-match, last-event-id"
_EXPOSED = b"etag, location"


@dataclass(frozen=True, slots=True)
class Cors:
    """Origins that may call, exact (`https://tablette.example`); none by default.

    Tokens travel in a header, never in a cookie, so that credentials are not allowed. A node on a local
    network says that it expects to be called from the Internet's pages (Private Network Access); browsers
    that ask the person instead (Local Network Access) do not look at it.
    """

    origins: frozenset[str] = frozenset()
    max_age_s: int = 7200

    def headers(self, origin: str | None) -> HeaderList:
        """Return what every answer to this origin carries."""
        if not self.origins:
            return []
        headers: HeaderList = [(b"vary", b"Origin")]
        if origin in self.origins:
            headers.append((b"access-control-allow-origin", str(origin).encode("latin-1")))
            headers.append((b"access-control-expose-headers", _EXPOSED))
        return headers

    def preflight_headers(self, origin: str | None) -> HeaderList:
        """Return what the answer to an OPTIONS request of this origin carries."""
        headers = self.headers(origin)
        if origin in self.origins:
            headers += [
                (b"access-control-allow-methods", _METHODS),
                (b"access-control-allow-headers", _HEADERS),
                (b"access-control-allow-private-network", b"true"),
                (b"access-control-max-age", str(self.max_age_s).encode("ascii")),
            ]
        return headers
