"""A command that makes certificates: the request on its standard input, the chain on its standard output.

Which names may be asked for was checked before; what comes back is checked again. The command runs in a
process group of its own, which ends with its time.
"""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from server.certificates import answer
from server.certificates.errors import NotIssued
from server.certificates.issued import Issued

TIMEOUT_S = 180.0
"""An ACME client waits for a DNS record to be seen."""
MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Command:
    """The words of a command; no shell reads them."""

    words: tuple[str, ...]
    timeout_s: float = TIMEOUT_S

    async def issue(self, asked: x509.CertificateSigningRequest, now: datetime) -> Issued:
        """Run the command and return what it printed; raise ``NotIssued``."""
        printed = await self._run(asked.public_bytes(serialization.Encoding.PEM))
        try:
            chain = x509.load_pem_x509_certificates(printed)
        except ValueError as error:
            raise NotIssued("the command printed no certificate") from error
        answer.check(chain[0], asked, now)
        pem = "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in chain)
        return Issued(pem, chain[0].not_valid_after_utc)

    async def _run(self, request: bytes) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *self.words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise NotIssued(f"the command cannot be run ({error.strerror})") from error
        try:
            async with asyncio.timeout(self.timeout_s):
                printed = await _exchange(process, request)
                code = await process.wait()
        except TimeoutError as error:
            raise NotIssued("the command took too long") from error
        finally:
            await _end(process)
        if code != 0 or len(printed) > MAX_ANSWER_BYTES:
            raise NotIssued(f"the command failed ({code})")
        return printed


async def _exchange(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise NotIssued("the command has no input or output")
    # A command that reads nothing has closed its end; what it prints decides.
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(request)
        await process.stdin.drain()
    process.stdin.close()
    printed = bytearray()
    while len(printed) <= MAX_ANSWER_BYTES and (piece := await process.stdout.read(MAX_ANSWER_BYTES)):
        printed += piece
    return bytes(printed)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and all it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
