"""The words of the ``escale`` command, and what is said of those it does not know."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from server.cli.console import BadInput
from server.demo.texts import text


class Parser(argparse.ArgumentParser):
    """A parser that complains in one line of French."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, **options)
        self.add_argument("-h", "--help", action="help", help="montre cette aide")

    def error(self, message: str) -> NoReturn:  # noqa: ARG002 - argparse's words are English
        """Raise ``BadInput`` with what was expected."""
        raise BadInput(text("arguments", expected=self.expected))

    @property
    def expected(self) -> str:
        """The usage, on one line."""
        return " ".join(self.format_usage().split()).removeprefix("usage: ")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; ``command`` names the module of ``server.cli`` that runs them.

    Raises ``BadInput``, and ``SystemExit`` once the help was shown.
    """
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        raise BadInput(
            text("arguments_unknown", arguments=" ".join(unknown), expected=options.parser.expected)
        )
    return options


def _parser() -> Parser:
    parser = Parser(prog="escale", description="Escale, le serveur central.")
    commands = parser.add_subparsers(required=True, title="commandes")
    serve = _command(commands, "serve", "serve", "sert les tablettes et la coordination")
    serve.add_argument("--demo", action="store_true", help="avec une organisation fictive")
    organisation = _group(commands, "organisation", "l’organisation de ce serveur")
    create = _command(
        organisation, "create", "organisation", "la crée, avec sa première coordination clinique"
    )
    create.add_argument("--title", required=True, type=_filled, help="nom de l’organisation")
    create.add_argument("--coordinator", required=True, type=_filled, help="nom de la personne")
    create.add_argument("--login", required=True, type=_filled, help="son identifiant de connexion")
    card = _command(_group(commands, "enrol", "l’enrôlement des tablettes"), "card", "card", "crée une carte")
    card.add_argument("--team", required=True, help="titre ou identifiant de l’équipe")
    card.add_argument("--label", required=True, help="nom de l’appareil")
    card.add_argument("--hub", action="store_true", help="pour un boîtier plutôt qu’une tablette")
    projection = _group(commands, "projection", "le modèle de lecture")
    rebuild = _command(projection, "rebuild", "rebuild", "le refait depuis zéro, serveur arrêté")
    rebuild.add_argument("--check", action="store_true", help="compare seulement")
    journal = _group(commands, "journal", "le journal des accès")
    _command(journal, "verify", "journal", "vérifie que rien n’y fut changé ni ôté")
    _add_forms(commands)
    demo = _group(commands, "demo", "des données inventées")
    year = _command(demo, "year", "demo", "une année inventée aux chiffres connus, serveur arrêté")
    year.add_argument(
        "--seed",
        required=True,
        type=_whole("--seed", 0, 2**63 - 1),
        help="graine : la même donne la même année",
    )
    year.add_argument(
        "--year", type=_whole("--year", 2020, 2099), help="année civile, la précédente par défaut"
    )
    year.add_argument(
        "--weeks", type=_whole("--weeks", 1, 52), default=52, help="nombre de semaines, 52 par défaut"
    )
    year.add_argument(
        "--expected",
        type=_whole("--expected", 1, 30),
        default=20,
        help="rendez-vous par escale, 20 par défaut",
    )
    year.add_argument("--truth", type=Path, help="fichier où écrire les chiffres vrais, en JSON")
    provision = _command(
        _group(commands, "couchdb", "le CouchDB de ESCALE_COUCHDB_URL"),
        "provision",
        "couchdb",
        "lui donne ce qu’Escale demande ; peut être refait",
    )
    provision.add_argument("--check", action="store_true", help="compare seulement")
    provision.add_argument(
        "--ini", type=Path, metavar="FICHIER", help="écrit la configuration dans ce fichier, pas par HTTP"
    )
    provision.add_argument(
        "--retire", action="append", default=[], metavar="KID", help="retire une ancienne clé de jeton"
    )
    _command(
        commands, "restored", "restored", "à faire, serveur arrêté, après avoir remis une copie en place"
    )
    _command(commands, "health", "health", "demande au serveur s’il est prêt")
    _add_hub(commands)
    authority = _group(commands, "authority", "une autorité privée pour les certificats des boîtiers")
    create_authority = _command(authority, "create", "authority", "la crée, pour le nom de réplication")
    create_authority.add_argument("directory", type=Path, help="dossier où l’écrire")
    return parser


def _add_forms(commands: "_Commands[Parser]") -> None:
    forms = _group(commands, "forms", "les formulaires")
    check = _command(
        forms, "check", "forms", "dit tout ce qui, dans un fichier, sort de ce qu’Escale comprend"
    )
    publish = _command(forms, "publish", "forms", "le signe et le publie, une fois pour toutes")
    for action, command in (("check", check), ("publish", publish)):
        command.set_defaults(action=action)
        command.add_argument("file", type=Path, metavar="FICHIER", help="Questionnaire FHIR R4, en JSON")
    publish.add_argument(
        "--campaign",
        action="append",
        default=[],
        metavar="TITRE",
        help="fait passer cette campagne à cette version ; peut être répété",
    )


def _add_hub(commands: "_Commands[Parser]") -> None:
    hub = _command(commands, "hub", "hub", "le boîtier du bus : relaie les fiches, sans pouvoir les ouvrir")
    hub.add_argument("--central", required=True, help="adresse du serveur, https://…")
    hub.add_argument("--sync", help="adresse de réplication du serveur, <central>/sync par défaut")
    hub.add_argument("--data", required=True, type=Path, help="dossier du boîtier")
    card = hub.add_mutually_exclusive_group()
    card.add_argument("--card", help="lien de la carte d’enrôlement, la première fois")
    card.add_argument(
        "--card-file", metavar="FICHIER", help="fichier qui contient ce lien, ou - : l’entrée standard"
    )
    hub.add_argument("--host", default="127.0.0.1", help="adresse où écouter")
    port = _whole("--port", 1, 65535)
    hub.add_argument("--port", type=port, default=8100, help="port de la page d’état, 8100 par défaut")
    tls_port = _whole("--tls-port", 1, 65535)
    hub.add_argument("--tls-port", type=tls_port, help="port des tablettes, avec un certificat du serveur")


_Commands = argparse._SubParsersAction  # noqa: SLF001 - the only name of what ``add_subparsers`` returns


def _group(commands: "_Commands[Parser]", name: str, purpose: str) -> "_Commands[Parser]":
    group: Parser = commands.add_parser(name, help=purpose, description=purpose)
    return group.add_subparsers(required=True, title="actions")


def _command(commands: "_Commands[Parser]", name: str, module: str, purpose: str) -> Parser:
    command: Parser = commands.add_parser(name, help=purpose, description=purpose)
    command.set_defaults(command=module, parser=command)
    return command


def _whole(option: str, low: int, high: int) -> Callable[[str], int]:
    """Return what reads an option's whole number; one that is none, or outside, is named with its bounds."""

    def read(typed: str) -> int:
        if not (typed.isascii() and typed.isdecimal()) or len(typed) > 20 or not low <= int(typed) <= high:
            raise BadInput(text("arguments_bounds", option=option, low=low, high=high))
        return int(typed)

    return read


def _filled(typed: str) -> str:
    if not typed.strip():
        raise ValueError("blank")
    return typed.strip()
