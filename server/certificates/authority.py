"""A private authority for pilots whose tablets are managed: it signs for one host name and no other.

Its certificate carries a critical name constraint (RFC 5280, section 4.2.1.10): whoever steals its key can
deceive the tablets that trust it about that one host, and about nothing else.
"""

import asyncio
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.certificates.errors import AuthorityUnusable, NotIssued
from server.certificates.issued import Issued

KEY = "authority.key"
CERTIFICATE = "authority.pem"
LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=14)
"""How long a hub's certificate lasts: a stolen hub shows it to tablets after its revocation too."""
BACKDATED = timedelta(days=1)
"""Clocks in a bus are wrong by hours."""


@dataclass(frozen=True, slots=True)
class Authority:
    """The certificate that tablets trust, and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def create(cls, directory: Path, host: str, now: datetime) -> Path:
        """Make an authority for ``host`` in a directory; return its certificate's path, to be put on tablets.

        Raises ``AuthorityUnusable`` when there is one already, or when it cannot be written.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _root(key, host, now).sign(key, hashes.SHA256())
        path = directory / CERTIFICATE
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(directory / KEY, _private(key), 0o600)
            _write(path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
        except OSError as error:
            raise AuthorityUnusable(directory, error.strerror or type(error).__name__) from error
        return path

    @classmethod
    def load(cls, directory: Path, host: str) -> "Authority":
        """Read an authority; raise ``AuthorityUnusable``, also when it was not made for ``host`` alone."""
        try:
            certificate = x509.load_pem_x509_certificate((directory / CERTIFICATE).read_bytes())
            key = serialization.load_pem_private_key((directory / KEY).read_bytes(), None)
        except OSError as error:
            raise AuthorityUnusable(directory, error.strerror or type(error).__name__) from error
        except (TypeError, ValueError) as error:
            raise AuthorityUnusable(directory, "not a key and a certificate") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
            raise AuthorityUnusable(directory, "the key is not the certificate's")
        if not _is_for(certificate, host):
            raise AuthorityUnusable(directory, f"it was not made for {host}")
        return cls(certificate, key)

    async def issue(self, asked: x509.CertificateSigningRequest, now: datetime) -> Issued:
        """Sign a request that was read already. Raises ``NotIssued`` once the authority is over."""
        if now >= self.certificate.not_valid_after_utc:
            raise NotIssued("the authority is over")
        leaf = await asyncio.to_thread(self._sign, asked, now)
        pem = [each.public_bytes(serialization.Encoding.PEM).decode() for each in (leaf, self.certificate)]
        return Issued("".join(pem), leaf.not_valid_after_utc)

    def _sign(self, asked: x509.CertificateSigningRequest, now: datetime) -> x509.Certificate:
        names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        ends = min(now + LEAF_LIFE, self.certificate.not_valid_after_utc)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.certificate.subject)
            .public_key(asked.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(ends)
            .add_extension(names, critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Return what a key may do (RFC 5280, 4.2.1.3): the authority's signs certificates, a hub's signs TLS."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _is_for(certificate: x509.Certificate, host: str) -> bool:
    try:
        constraint = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    return constraint.permitted_subtrees == [x509.DNSName(host)]


def _root(key: ec.EllipticCurvePrivateKey, host: str, now: datetime) -> x509.CertificateBuilder:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Escale – boîtiers de {host}")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(host)], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is not there yet; raises ``FileExistsError``."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
