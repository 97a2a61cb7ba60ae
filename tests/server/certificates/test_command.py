"""A command that makes certificates: what it must do, and what happens when it does not."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from server.certificates import request
from server.certificates.authority import Authority
from server.certificates.command import Command
from server.certificates.errors import NotIssued
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
    issued = await Authority.load(tmp_path / "authority").issue(asked(wanted.csr), NOW)
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
