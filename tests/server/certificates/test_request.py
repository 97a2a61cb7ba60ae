"""Central signs for one name only, and for P-256 keys that prove themselves."""

import ipaddress

import pytest
from cryptography import x509

from server.certificates import request
from server.errors import Invalid
from server.hub import certificate
from tests.server.certificates.requests import HOST, another_curve, csr, rsa_key


def test_what_a_hub_asks_for_is_read() -> None:
    asked = request.read(certificate.request(HOST).csr, HOST)
    assert asked.is_signature_valid


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(csr(), id="no name"),
        pytest.param(csr(x509.DNSName("elsewhere.example")), id="another name"),
        pytest.param(csr(x509.DNSName(HOST), x509.DNSName("elsewhere.example")), id="one name more"),
        pytest.param(csr(x509.DNSName("*.escale.example")), id="a wildcard"),
        pytest.param(csr(x509.DNSName(HOST), common_name="elsewhere.example"), id="a subject"),
        pytest.param(csr(common_name=HOST), id="only a subject"),
        pytest.param(
            csr(x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("10.0.0.1"))), id="an address"
        ),
        pytest.param(csr(x509.DNSName(HOST), x509.RFC822Name("a@escale.example")), id="a mailbox"),
        pytest.param(csr(x509.DNSName(HOST), key=another_curve()), id="another curve"),
        pytest.param(csr(x509.DNSName(HOST), key=rsa_key()), id="RSA"),
        pytest.param("", id="nothing"),
        pytest.param(
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", id="no request"
        ),
        pytest.param("x" * 10_000, id="too much"),
    ],
)
def test_anything_else_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        request.read(wrong, HOST)


def test_a_request_that_its_key_did_not_sign_is_refused() -> None:
    pem = certificate.request(HOST).csr
    lines = pem.splitlines()
    damaged = lines[-2]
    lines[-2] = damaged[:-6] + ("AAAA" if damaged[-6:-2] != "AAAA" else "BBBB") + damaged[-2:]
    with pytest.raises(Invalid):
        request.read("\n".join(lines) + "\n", HOST)
