"""Certificate requests as hubs make them, and as none should."""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

HOST = "sync.escale.example"


def csr(*names: x509.GeneralName, key: Any = None, common_name: str | None = None) -> str:
    """Sign a request for these names (PEM)."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def another_curve() -> Any:
    """A key that is not on P-256."""
    return ec.generate_private_key(ec.SECP384R1())


def rsa_key() -> Any:
    """A key that is on no curve."""
    return rsa.generate_private_key(65537, 2048)
