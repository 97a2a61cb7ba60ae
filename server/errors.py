"""What can go wrong in a request, as RFC 9457 problems (wire §6).

::

    Problem
    ├── NotAuthenticated   401 token-invalid, assertion-invalid, nonce-invalid
    ├── NotAllowed         403 forbidden, device-pending, device-revoked, member-unknown, invitation-unknown,
    │                         slot-closed
    ├── NotFound           404 not-found, card-unknown, device-unknown
    ├── MethodRefused      405 method-not-allowed
    ├── TooSlow            408 too-slow
    ├── Refused            409 card-used, card-kind, device-known, slot-taken, already-decided,
    │                         consent-refused, stop-day, link-answered
    ├── Gone               410 card-expired
    ├── TooLarge           413 too-large
    ├── Invalid            422 validation
    ├── TooManyTries       429 rate-limited
    ├── Unavailable        503 unavailable, replication-away, no-issuer
    └── StorageUnavailable 507 storage-full

A defect of ours is the bare ``Problem``: 500 internal.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Self

PROBLEM_BASE = "https://escale.example/problems/"


class Problem(Exception):
    """A refusal with a stable ``code``, an HTTP ``status``, a French ``title`` and a ``detail`` for people.

    ``detail`` names what happened, what is safe and what to do next; never an answer, a name or a key.
    """

    status = 500

    def __init__(
        self, code: str, title: str, detail: str = "", *, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {title}")
        self.code = code
        self.title = title
        self.detail = detail
        self.headers = headers or {}

    @classmethod
    def of(cls, code: str, *, headers: dict[str, str] | None = None) -> Self:
        """Return the problem of this code with its texts (``catalogue/problems.fr.json``)."""
        texts = catalogue()[code]
        return cls(code, texts["title"], texts["detail"], headers=headers)

    def as_json(self) -> dict[str, Any]:
        """Return the ``application/problem+json`` object."""
        problem: dict[str, Any] = {
            "type": PROBLEM_BASE + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            problem["detail"] = self.detail
        return problem


class NotAuthenticated(Problem):
    """Nobody we know, or not proven."""

    status = 401


class NotAllowed(Problem):
    """Somebody we know, who may not."""

    status = 403


class NotFound(Problem):
    """No such thing, or none that this caller may know of."""

    status = 404


class MethodRefused(Problem):
    """The address exists, not with this method."""

    status = 405


class TooSlow(Problem):
    """The request did not come, or not to its end, in a reasonable time; its connection is closed."""

    status = 408

    @classmethod
    def of(cls, code: str, *, headers: dict[str, str] | None = None) -> Self:
        """Return the problem, which ends the connection: what may still come of it is not waited for."""
        return super().of(code, headers={"connection": "close", **(headers or {})})


class Refused(Problem):
    """The state of things does not allow it (a card already used, for instance)."""

    status = 409


class Gone(Problem):
    """It was valid once and no longer is."""

    status = 410


class TooLarge(Problem):
    """More than is read; nothing was kept."""

    status = 413


class Invalid(Problem):
    """The request is well formed and says something impossible."""

    status = 422


class TooManyTries(Problem):
    """Wait before trying again; ``Retry-After`` says how long."""

    status = 429


class Unavailable(Problem):
    """The node is starting, stopping, or without its store."""

    status = 503


class StorageUnavailable(Problem):
    """Nothing was written because the disk is full or the store is away."""

    status = 507


@cache
def catalogue(language: str = "fr") -> dict[str, dict[str, str]]:
    """Return ``title`` and ``detail`` by problem code; French is what people see."""
    path = Path(__file__).parent / "catalogue" / f"problems.{language}.json"
    texts: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return texts
