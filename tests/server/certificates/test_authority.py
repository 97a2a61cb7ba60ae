"""A private authority: made once, for one host, believed by TLS clients about that host only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from server.certificates import request
from server.certificates.authority import BACKDATED, CERTIFICATE, KEY, LEAF_LIFE, LIFE, Authority
from server.certificates.errors import AuthorityUnusable, NotIssued
from server.hub import certificate
from tests.server.certificates.requests import HOST

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    Authority.create(tmp_path / "authority", HOST, NOW)
    return Authority.load(tmp_path / "authority", HOST)


async def test_its_certificates_are_believed_for_the_host(authority: Authority) -> None:
    asked = certificate.request(HOST)
    issued = await authority.issue(request.read(asked.csr, HOST), NOW)
    leaf = x509.load_pem_x509_certificates(issued.chain.encode())[0]
    trusted = PolicyBuilder().store(Store([authority.certificate])).time(NOW + timedelta(days=13))
    trusted.build_server_verifier(x509.DNSName(HOST)).verify(leaf, [])
    with pytest.raises(VerificationError):
        trusted.build_server_verifier(x509.DNSName("elsewhere.example")).verify(leaf, [])
    held = certificate.assembled(asked, issued.chain, HOST)
    assert issued.not_after == held.not_after == NOW + LEAF_LIFE <= NOW + timedelta(days=14)
    assert held.renew_from == NOW - BACKDATED + (LEAF_LIFE + BACKDATED) / 3


async def test_it_cannot_speak_for_another_host(authority: Authority) -> None:
    other = "elsewhere.example"
    issued = await authority.issue(request.read(certificate.request(other).csr, other), NOW)
    leaf = x509.load_pem_x509_certificates(issued.chain.encode())[0]
    trusted = PolicyBuilder().store(Store([authority.certificate])).time(NOW)
    with pytest.raises(VerificationError):
        trusted.build_server_verifier(x509.DNSName(other)).verify(leaf, [])


def test_one_is_never_made_over_another_and_its_key_is_secret(tmp_path: Path) -> None:
    Authority.create(tmp_path, HOST, NOW)
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600
    with pytest.raises(AuthorityUnusable):
        Authority.create(tmp_path, HOST, NOW)


def test_files_that_do_not_fit_are_said(tmp_path: Path) -> None:
    with pytest.raises(AuthorityUnusable):
        Authority.load(tmp_path / "none", HOST)
    for name in ("one", "two"):
        Authority.create(tmp_path / name, HOST, NOW)
    (tmp_path / "one" / KEY).write_bytes((tmp_path / "two" / KEY).read_bytes())
    with pytest.raises(AuthorityUnusable):
        Authority.load(tmp_path / "one", HOST)
    (tmp_path / "two" / CERTIFICATE).write_text("nothing")
    with pytest.raises(AuthorityUnusable):
        Authority.load(tmp_path / "two", HOST)


@pytest.mark.parametrize("host", ["escale.example", "elsewhere.example", "a.sync.escale.example", ""])
def test_one_made_for_another_host_is_refused_when_the_server_starts(tmp_path: Path, host: str) -> None:
    Authority.create(tmp_path, HOST, NOW)
    with pytest.raises(AuthorityUnusable, match="not made for"):
        Authority.load(tmp_path, host)


async def test_one_that_is_over_issues_nothing(authority: Authority) -> None:
    with pytest.raises(NotIssued):
        await authority.issue(request.read(certificate.request(HOST).csr, HOST), NOW + LIFE)


def test_a_hub_keeps_no_certificate_that_is_not_its_own(authority: Authority) -> None:
    with pytest.raises(certificate.UnusableCertificate):
        certificate.assembled(certificate.request(HOST), "nothing", HOST)
    chain = authority.certificate.public_bytes(serialization.Encoding.PEM).decode()
    with pytest.raises(certificate.UnusableCertificate):
        certificate.assembled(certificate.request(HOST), chain, HOST)
