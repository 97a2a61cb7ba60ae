"""A command that makes certificates: what it must do, and what happens when it does not."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.certificates import request
from server.certificates.authority import Authority
from server.certificates.command import Command
from server.certificates.errors import NotIssued
from server.certificates.issued import Issued
from server.hub import certificate
from tests.server.certificates.requests import HOST

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def asked(csr: str) -> x509.CertificateSigningRequest:
    return request.read(csr, HOST)


def python(program: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program, *words)


async def test_it_reads_the_request_and_prints_the_chain(tmp_path: Path) -> None:
    Authority.create(tmp_path / "authority", HOST, NOW)
    wanted = certificate.request(HOST)
    issued = await Authority.load(tmp_path / "authority", HOST).issue(asked(wanted.csr), NOW)
    (tmp_path / "chain.pem").write_text(issued.chain)
    program = """
import pathlib, sys
csr, chain = sys.stdin.read(), pathlib.Path(sys.argv[1])
assert csr == pathlib.Path(sys.argv[2]).read_text()
print("a line that an ACME client prints")
print(chain.read_text())
"""
    (tmp_path / "request.pem").write_text(wanted.csr)
    command = Command(python(program, str(tmp_path / "chain.pem"), str(tmp_path / "request.pem")))
    given = await command.issue(asked(wanted.csr), NOW)
    assert certificate.assembled(wanted, given.chain, HOST).not_after == given.not_after == issued.not_after
    with pytest.raises(NotIssued):  # Another hub's request, the same answer.
        await Command(
            python(
                "import pathlib, sys; print(pathlib.Path(sys.argv[1]).read_text())",
                str(tmp_path / "chain.pem"),
            )
        ).issue(asked(certificate.request(HOST).csr), NOW)


@dataclass(frozen=True)
class Printed:
    """What a command makes of a request, each in a way of its own."""

    names: tuple[x509.GeneralName, ...] = (x509.DNSName(HOST),)
    ends: datetime = NOW + timedelta(days=90)
    may_sign: bool = False
    key: ec.EllipticCurvePublicKey | None = None

    def for_request(self, wanted: x509.CertificateSigningRequest) -> str:
        issuer = ec.generate_private_key(ec.SECP256R1())
        key = self.key or wanted.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(x509.Name([]))
            .public_key(key)
            .serial_number(1)
            .not_valid_before(NOW - timedelta(days=100))
            .not_valid_after(self.ends)
            .add_extension(x509.BasicConstraints(ca=self.may_sign, path_length=None), critical=True)
        )
        if self.names:
            builder = builder.add_extension(x509.SubjectAlternativeName(self.names), critical=False)
        leaf = builder.sign(issuer, hashes.SHA256())
        return leaf.public_bytes(serialization.Encoding.PEM).decode()


async def given_by(printed: Printed) -> Issued:
    wanted = asked(certificate.request(HOST).csr)
    return await Command(python("import sys; print(sys.argv[1])", printed.for_request(wanted))).issue(
        wanted, NOW
    )


async def test_a_certificate_for_the_request_and_for_now_is_passed_on() -> None:
    assert (await given_by(Printed())).not_after == NOW + timedelta(days=90)


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (Printed(names=()), "names no host"),
        (Printed(names=(x509.DNSName("elsewhere.example"),)), "another name"),
        (Printed(names=(x509.DNSName(HOST), x509.DNSName("escale.example"))), "more names"),
        (Printed(names=(x509.DNSName("*.escale.example"),)), "another name"),
        (Printed(names=(x509.DNSName(HOST), x509.RFC822Name("a@b.example"))), "more names"),
        (Printed(ends=NOW), "not valid now"),
        (Printed(may_sign=True), "sign others"),
        (Printed(key=ec.generate_private_key(ec.SECP256R1()).public_key()), "another key"),
    ],
)
async def test_what_a_command_prints_is_checked_before_a_hub_has_it(printed: Printed, said: str) -> None:
    with pytest.raises(NotIssued, match=said):
        await given_by(printed)


@pytest.mark.parametrize(
    "words",
    [
        ("/nowhere/command",),
        python("raise SystemExit(3)"),
        python("print('nothing')"),
        python("pass"),
        python("print('x' * 200_000)"),
    ],
)
async def test_what_it_does_not_do_is_no_certificate(words: tuple[str, ...]) -> None:
    with pytest.raises(NotIssued):
        await Command(words).issue(asked(certificate.request(HOST).csr), NOW)


async def test_its_time_is_bounded_with_all_it_started() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with pytest.raises(NotIssued, match="too long"):
        await Command(python(program), timeout_s=0.5).issue(asked(certificate.request(HOST).csr), NOW)
