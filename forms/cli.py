"""`python -m forms check FILE` and `python -m forms digest FILE`: for those who write forms."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from forms.errors import FormInvalid
from forms.load import load

REFUSED = 2
"""Exit status when a file is not a publishable form, or cannot be read."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when the file is a publishable form, else every defect on stderr and 2."""
    parser = argparse.ArgumentParser(prog="python -m forms", description="Check a form before publishing it.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in (
        ("check", "name every place where the file leaves the supported subset"),
        ("digest", "print the digest that records will name"),
    ):
        commands.add_parser(name, help=purpose).add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        form = load(chosen.file)
    except FormInvalid as invalid:
        print(*invalid.defects, sep="\n", file=sys.stderr)
        return REFUSED
    except OSError as error:
        print(f"{chosen.file}: {error.strerror}", file=sys.stderr)
        return REFUSED
    if chosen.command == "digest":
        print(form.digest)
    else:
        questions = sum(item.is_leaf for item in form.index.values())
        print(f"{form.canonical}: {len(form.items)} sections, {questions} questions")
    return 0
