"""A hub's certificate request, as it may be: one name, ours, and a P-256 key that signed it."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.errors import Invalid

MAX_CHARACTERS = 8192


def read(csr: str, host: str) -> x509.CertificateSigningRequest:
    """Return a request (PEM, PKCS #10) for ``host`` and no other name; raise ``validation``."""
    if len(csr) > MAX_CHARACTERS:
        raise Invalid.of("validation")
    try:
        asked = x509.load_pem_x509_csr(csr.encode())
        fits = asked.is_signature_valid and _is_p256(asked.public_key()) and _names(asked) == {host}
    # Parsing is lazy: a damaged extension or an unknown algorithm shows only when it is read.
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise Invalid.of("validation") from error
    if not fits:
        raise Invalid.of("validation")
    return asked


def _is_p256(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _names(asked: x509.CertificateSigningRequest) -> set[str]:
    """Return every name asked for, in the subject too; one that is no DNS name as something no host is."""
    names = {str(each.value) for each in asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
    try:
        alternatives = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    for name in alternatives:
        names.add(name.value if isinstance(name, x509.DNSName) else f"{type(name).__name__}:")
    return names
