"""A hub's TLS key, the request for its certificate, and what it keeps of both (wire §7)."""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.hub.errors import HubError


class UnusableCertificate(HubError):
    """Not a chain for this host and key."""


@dataclass(frozen=True, slots=True)
class Request:
    """A new TLS key and its certificate request (PEM, PKCS #10)."""

    csr: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is kept: the private key and the chain, leaf first, as one PEM text; from when until when."""

    not_before: datetime
    not_after: datetime
    pem: bytes = field(repr=False)

    @property
    def renew_from(self) -> datetime:
        """A third of its life: two thirds are left to come back near a network."""
        return self.not_before + (self.not_after - self.not_before) / 3


def request(host: str) -> Request:
    """Draw a P-256 key and sign a request for this one name."""
    key = ec.generate_private_key(ec.SECP256R1())
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Request(csr.public_bytes(serialization.Encoding.PEM).decode(), private)


def assembled(asked: Request, chain: str, host: str) -> Certificate:
    """Return the certificate that answers a request; raise ``UnusableCertificate``."""
    return read(asked.key + chain.encode(), host)


def read(pem: bytes, host: str) -> Certificate:
    """Read a key and its chain; raise ``UnusableCertificate`` when they do not fit, or another host."""
    try:
        key = serialization.load_pem_private_key(pem, None)
        leaf = x509.load_pem_x509_certificates(pem)[0]
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (IndexError, TypeError, ValueError, x509.ExtensionNotFound) as error:
        raise UnusableCertificate("not a key and a chain") from error
    is_of_key = isinstance(key, ec.EllipticCurvePrivateKey) and leaf.public_key() == key.public_key()
    if not is_of_key or host not in names.get_values_for_type(x509.DNSName):
        raise UnusableCertificate("a certificate for another key or host")
    return Certificate(leaf.not_valid_before_utc, leaf.not_valid_after_utc, pem)


def context(path: Path) -> ssl.SSLContext:
    """Return a server's TLS context (1.2 at least) with the key and chain of a file."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(path)
    return made
