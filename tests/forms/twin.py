"""The tablet's form engine run beside this one, on the same cases (`pwa/tests/forms/twin.ts`)."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from forms.communes import Position

ROOT = Path(__file__).parents[2]
PWA = ROOT / "pwa"
BUNDLER = PWA / "node_modules" / ".bin" / "rolldown"


class Twin:
    """One running engine of the tablet: a request a line, an answer a line."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers

    def ask(self, request: Any) -> Any:
        """The answer to one request of `twin.ts`."""
        self._requests.write(msgspec.json.encode(request).decode() + "\n")
        self._requests.flush()
        line = self._answers.readline()
        assert line, "the tablet's engine stopped: its error is above"
        return json.loads(line)


@contextmanager
def tablet(folder: Path, stop: Position) -> Iterator[Twin]:
    """The tablet's engine, bundled in `folder` as it is now."""
    subprocess.run(
        [BUNDLER, "-c", "tests/forms/twin.rolldown.js"],
        cwd=PWA,
        env={**os.environ, "TWIN_FOLDER": str(folder)},
        check=True,
        capture_output=True,
    )
    command = [
        "node",
        str(folder / "twin.mjs"),
        str(ROOT / "forms" / "data" / "communes_fr.csv"),
        json.dumps({"latitude": stop.latitude, "longitude": stop.longitude}),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Twin(process.stdin, process.stdout)
        process.stdin.close()
        assert process.wait() == 0
