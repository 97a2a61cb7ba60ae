"""`python -m forms check|digest|gli|score`: for those who write forms, and who check what they calculate."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from forms import gli_command
from forms.errors import CommandRefused, FormInvalid
from forms.load import load
from forms.score_command import score

REFUSED = 2
"""Exit status when what was given is not a publishable form, cannot be read, or cannot be calculated."""


class _OneLine(ArgumentParser):
    """A parser that says what is wrong in one line, as the commands do."""

    def error(self, message: str) -> NoReturn:
        """Ends the process with status 2."""
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(REFUSED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command: 0, or 2 with the reason on stderr (of a form, one line a defect)."""
    given = _parser().parse_args(arguments)
    try:
        return _run(given)
    except FormInvalid as invalid:
        print(*invalid.defects, sep="\n", file=sys.stderr)
    except CommandRefused as refusal:
        print(refusal, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    return REFUSED


def _parser() -> ArgumentParser:
    parser = _OneLine(prog="python -m forms", description="Check a form, and what forms calculate.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in (
        ("check", "name every place where the file leaves the supported subset"),
        ("digest", "print the digest that records will name"),
    ):
        commands.add_parser(name, help=purpose).add_argument("file", type=Path)
    scoring = commands.add_parser("score", help="print the calculated values of a QuestionnaireResponse")
    scoring.add_argument("file", type=Path)
    scoring.add_argument("--form", type=Path, help="the form's file, when it is not published")
    reference = commands.add_parser(
        "gli", help="print a person's reference values of spirometry", allow_abbrev=False
    )
    gli_command.add_arguments(reference)
    return parser


def _run(given: Namespace) -> int:
    match given.command:
        case "gli":
            print(json.dumps(gli_command.values(given), allow_nan=False))
        case "score":
            values, findings = score(given.file, given.form)
            for finding in findings:
                print(f"{finding.link_id}: {finding.message_en}", file=sys.stderr)
            print(json.dumps(values, ensure_ascii=False, allow_nan=False))
        case "digest":
            print(load(given.file).digest)
        case _:
            form = load(given.file)
            questions = sum(item.is_leaf for item in form.index.values())
            print(f"{form.canonical}: {len(form.items)} sections, {questions} questions")
    return 0
