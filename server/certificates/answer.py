"""What an issuer outside answered, before it is given to a hub: for this key, this name, and now."""

from datetime import datetime

from cryptography import x509

from server.certificates.errors import NotIssued


def check(leaf: x509.Certificate, asked: x509.CertificateSigningRequest, now: datetime) -> None:
    """Raise ``NotIssued`` unless the certificate is for the request's key and name only, and good now.

    Whatever the command does with a request, a hub is to hold no other name's certificate, nor sign others.
    """
    try:
        wanted = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        named = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        is_ours = leaf.public_key() == asked.public_key()
        may_sign = _may_sign(leaf)
    # Parsing is lazy: a damaged extension shows only when it is read.
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
        raise NotIssued("the certificate cannot be read, or names no host") from error
    if not is_ours:
        raise NotIssued("the certificate is for another key")
    if set(named) != set(wanted):
        raise NotIssued("the certificate has another name, or more names")
    if may_sign:
        raise NotIssued("the certificate may sign others")
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        raise NotIssued("the certificate is not valid now")


def _may_sign(leaf: x509.Certificate) -> bool:
    try:
        return leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
