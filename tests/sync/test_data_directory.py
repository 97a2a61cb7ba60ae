"""`python -m sync serve --data`: a directory, or one that is made; not a file."""

import subprocess
import sys
from pathlib import Path


def test_a_file_is_said_to_be_no_directory(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    command = [sys.executable, "-m", "sync", "serve", "--data", str(file), "--admin", "a:b", "--port", "0"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 2
    assert ran.stderr.endswith(f"{file} is not a directory\n")
