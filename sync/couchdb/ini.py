"""The same configuration as a file, for a CouchDB that takes none over HTTP: one of its `local.d/*.ini`.

The file is Escale's alone and is written whole; what CouchDB's own files say stays there
(https://docs.couchdb.org/en/stable/config/intro.html).
"""

import os
from collections.abc import Mapping, Sequence
from configparser import ConfigParser, Error
from io import StringIO
from pathlib import Path
from typing import Final

from sync.couchdb.provisioning import KEYS_SECTION, State, Step, key_setting, removal, wanted_configuration

HEADER: Final = "; Written by `escale couchdb provision --ini`: changes made here by hand are lost.\n"


class NotOurs(Exception):
    """The file is there, and is not one that Escale wrote; it was left as it is."""


def write_configuration(
    path: Path, keys: Mapping[str, str], *, retired: Sequence[str] = (), check: bool = False
) -> list[Step]:
    """Write what Escale needs into a file; keys that it has already stay, but those `retired`.

    `keys` are public keys (PEM) by `kid`. The file appears whole or stays as it was. Raises NotOurs, OSError.
    """
    present = _read(path)
    wanted = wanted_configuration(keys)
    gone = {key_setting(kid): removal(kid) for kid in retired}
    kept = {name: value for name, value in present.get(KEYS_SECTION, {}).items() if name not in gone}
    done = State.DIFFERS if check else State.DONE
    steps = [
        Step(path.name, f"[{section}] {name}", State.ALREADY if _has(present, section, name, value) else done)
        for section, values in wanted.items()
        for name, value in values.items()
    ]
    steps += [
        Step(
            path.name,
            what,
            done if name in present.get(KEYS_SECTION, {}) else State.ALREADY,
        )
        for name, what in sorted(gone.items())
    ]
    wanted[KEYS_SECTION] = kept | wanted[KEYS_SECTION]
    if not check and any(step.state is State.DONE for step in steps):
        _write(path, wanted)
    return steps


def _has(present: Mapping[str, Mapping[str, str]], section: str, name: str, value: str) -> bool:
    return present.get(section, {}).get(name) == value


def _parser() -> ConfigParser:
    # Names keep their case and their colons: `ec:<kid>`.
    parser = ConfigParser(delimiters=("=",), interpolation=None, comment_prefixes=(";",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    return parser


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    parser = _parser()
    try:
        parser.read_string(text)
    except Error as error:
        raise NotOurs from error
    if not text.startswith(HEADER):
        raise NotOurs
    return {section: dict(parser[section]) for section in parser.sections()}


def _write(path: Path, sections: Mapping[str, Mapping[str, str]]) -> None:
    parser = _parser()
    parser.read_dict(sections)
    written = StringIO()
    parser.write(written)
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n" + written.getvalue().rstrip() + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
