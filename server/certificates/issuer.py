"""Who makes certificates for hubs: a private authority, a command (an ACME client, say), or nobody."""

import shlex
from datetime import datetime
from typing import Protocol

from cryptography import x509

from server.certificates.authority import Authority
from server.certificates.command import Command
from server.certificates.issued import Issued
from server.settings import Settings


class Issuer(Protocol):
    """Answers requests that were read already."""

    async def issue(self, asked: x509.CertificateSigningRequest, now: datetime) -> Issued:
        """Return a certificate for the request's key and name; raise ``NotIssued``."""


def of(settings: Settings) -> Issuer | None:
    """Return the issuer that the settings name, None when they name none. Raises ``AuthorityUnusable``."""
    if settings.hub_authority is not None:
        return Authority.load(settings.hub_authority, settings.sync_host)
    if settings.hub_certificate_command:
        return Command(tuple(shlex.split(settings.hub_certificate_command)))
    return None
