"""What can go wrong between a hub's request and its certificate.

::

    CertificateError
    ├── AuthorityUnusable  the private authority's files are missing, damaged, or there already
    └── NotIssued          the certificate command failed, took too long, or gave something else
"""

from pathlib import Path


class CertificateError(Exception):
    """Base of the tree."""


class AuthorityUnusable(CertificateError):
    """A directory that is no authority: ``path`` and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NotIssued(CertificateError):
    """No certificate came; asking later may help."""
