"""``escale forms``: everything wrong at once; published once for all, told to a running server's teams."""

import asyncio
import codecs
import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey

from forms.errors import FormInvalid
from forms.load import load
from server.central.payload import DocumentType, verified
from server.cli import run
from server.keys import jwe
from server.keys.public import import_public
from tests.support.organisation import FORM
from tests.support.published import another, bytes_of, registry_put_back
from tests.support.running_server import RunningServer
from tests.support.tablet import Tablet

SOON_S = 30.0
CAMPAIGN = "Médicobus"
FOREIGN = Path(__file__).parents[2] / "forms" / "foreign"


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    with registry_put_back():
        yield


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A server's data with an organisation and no campaign."""
    made = {"ESCALE_DATA": str(tmp_path / "var"), "ESCALE_KEYS": str(tmp_path / "keys")}
    create = ["organisation", "create", "--title", "CPTS", "--coordinator", "Cléo", "--login", "cleo"]
    assert run(create, made) == 0
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "medicobus.json"
    path.write_bytes(bytes_of("1.1.1"))
    return path


def test_a_good_file_is_described(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forms", "check", str(file)], {}) == 0
    assert another("1.1.1").digest in capsys.readouterr().out


@pytest.mark.parametrize("action", ["check", "publish"])
@pytest.mark.parametrize("path", sorted(FOREIGN.glob("*.json")), ids=lambda path: path.stem)
def test_a_questionnaire_made_elsewhere_is_refused_with_every_feature_that_is_not_supported(
    path: Path, action: str, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind once, in French, and under it every place: its linkId and its path."""
    capsys.readouterr()
    assert run(["forms", action, str(path)], environment) == 2
    said = capsys.readouterr()
    headline, *lines = said.err.splitlines()
    kinds = [line for line in lines if line.startswith("• ")]
    with pytest.raises(FormInvalid) as refusal:
        load(path)
    assert said.out == ""
    assert str(path) in headline
    assert len(kinds) == len(set(kinds)) > 20
    for defect in refusal.value.defects:
        place = f"«\u00a0{defect.link_id}\u00a0» — {defect.path}" if defect.link_id else defect.path
        assert f"    {place}" in lines
        assert any(defect.reason.french in kind for kind in kinds)


NOT_A_FORM = {
    "empty": (b"", "le fichier est vide"),
    "blank": (b"\n \n", "le fichier est vide"),
    "not JSON": (b"{\n  oui", "ce n’est pas du JSON (ligne 2, colonne 3)"),
    "a spreadsheet": (b"PK\x03\x04\xff", "ce n’est pas du texte en UTF-8"),
    "UTF-16": ("{}".encode("utf-16"), "ce n’est pas du texte en UTF-8"),
    "a list": (b"[]", "ce n’est pas un Questionnaire FHIR"),
    "another resource": (b'{"resourceType": "Bundle"}', "mais une ressource Bundle"),
    "a member twice": (b'{"item": [], "item": []}', "«\u00a0item\u00a0» est écrit deux fois"),
}


@pytest.mark.parametrize(("content", "why"), NOT_A_FORM.values(), ids=NOT_A_FORM)
def test_what_is_no_form_at_all_is_said_in_one_line(
    tmp_path: Path, content: bytes, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(content)
    assert run(["forms", "check", str(path)], {}) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Erreur\u00a0: ")
    assert why in line


def test_a_file_that_cannot_be_read_is_said_in_one_line_of_french(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def denied(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    said = []
    for path in (tmp_path / "none.json", tmp_path, tmp_path / "a\0b", tmp_path / ("x" * 300)):
        assert run(["forms", "check", str(path)], {}) == 2
        said += capsys.readouterr().err.splitlines()
    monkeypatch.setattr(Path, "read_bytes", denied)
    assert run(["forms", "check", str(tmp_path / "closed.json")], {}) == 2
    said += capsys.readouterr().err.splitlines()
    assert [line.rpartition("\u00a0: ")[2] for line in said] == [
        "ce fichier n’existe pas",
        "c’est un dossier, pas un fichier",
        "ce fichier ne peut pas être lu",
        "ce nom de fichier est trop long",
        "l’accès à ce fichier est refusé",
    ]


def test_a_file_with_a_byte_order_mark_is_published_without_it(
    file: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
    assert run(["forms", "publish", str(file)], environment) == 0
    assert another("1.1.1").digest in capsys.readouterr().out
    file.write_bytes(bytes_of("1.1.1"))
    assert run(["forms", "publish", str(file)], environment) == 0
    assert "déjà publié" in capsys.readouterr().out


def test_it_is_published_once_and_other_bytes_are_refused(
    file: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["forms", "publish", str(file)], environment) == 0
    assert "Publié et signé" in capsys.readouterr().out
    assert run(["forms", "publish", str(file)], environment) == 0
    assert "déjà publié" in capsys.readouterr().out
    file.write_bytes(file.read_bytes() + b"\n")
    assert run(["forms", "publish", str(file)], environment) == 2
    assert another("1.1.1").digest in capsys.readouterr().err
    assert run(["journal", "verify"], environment) == 0


def test_a_draft_is_not_published(
    file: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(bytes_of("1.1.1", status="draft"))
    assert run(["forms", "publish", str(file)], environment) == 2
    assert "active" in capsys.readouterr().err


def test_an_unknown_campaign_publishes_nothing(
    file: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["forms", "publish", str(file), "--campaign", "Nulle"], environment) == 2
    capsys.readouterr()
    assert run(["forms", "publish", str(file)], environment) == 0
    assert "Publié et signé" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["check", "publish"])
def test_a_version_that_lowers_a_class_is_refused_with_the_place(
    action: str, file: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(file.read_bytes())
    number = next(place for place, each in enumerate(document["item"]) if each["linkId"] == "vitals")
    for extension in document["item"][number]["extension"]:
        if extension["url"].endswith("/item-class"):
            extension["valueCode"] = "administrative"
    file.write_text(json.dumps(document), encoding="utf-8")
    capsys.readouterr()
    assert run(["forms", action, str(file)], environment) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        "la classe était «\u00a0clinical\u00a0», elle ne devient pas «\u00a0administrative\u00a0»" in said.err
    )
    assert f"«\u00a0vitals.hr\u00a0» — item[{number}].item[" in said.err
    file.write_bytes(bytes_of("1.1.1"))
    assert run(["forms", "publish", str(file)], environment) == 0, "nothing of it was kept"


def test_a_version_that_is_not_later_than_the_latest_published_here_is_refused(
    file: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(bytes_of("1.10.0"))
    assert run(["forms", "publish", str(file)], environment) == 0
    file.write_bytes(bytes_of("1.9.0"))
    capsys.readouterr()
    assert run(["forms", "publish", str(file)], environment) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        "version\u00a0: la version 1.10.0 est publiée\u00a0: une version plus grande est attendue" in said.err
    )
    file.write_bytes(bytes_of("1.0.1"))
    assert run(["forms", "check", str(file)], {}) == 2
    assert "la version 1.1" in capsys.readouterr().err


def test_a_form_with_the_name_of_another_is_refused_with_the_place(
    file: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the package, and of the forms published here."""
    file.write_bytes(bytes_of("1.0.0", url="https://other.org/Questionnaire/icope-step1"))
    for action in ("check", "publish"):
        capsys.readouterr()
        assert run(["forms", action, str(file)], environment) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert (
            "url\u00a0: «\u00a0icope-step1\u00a0» est le nom d’un formulaire déjà publié, https://"
            in said.err
        )
        assert "    url" in said.err.splitlines()
    file.write_bytes(bytes_of("1.0.0", url="https://other.org/ours"))
    assert run(["forms", "publish", str(file)], environment) == 0
    file.write_bytes(bytes_of("1.0.0", url="https://third.org/ours"))
    assert run(["forms", "publish", str(file)], environment) == 2
    assert "https://other.org/ours" in capsys.readouterr().err


class Documents:
    """What a tablet reads of its team's database, as it arrives."""

    def __init__(self, tablet: Tablet, facts: dict[str, Any]) -> None:
        self._tablet = tablet
        self._signing = import_public(facts["organization"]["signing_key"])
        self._since: Any = "0"
        self.found: dict[tuple[DocumentType, str], dict[str, Any]] = {}

    async def wait(self) -> None:
        """Take what has changed since, waiting for something."""
        asked = {"feed": "longpoll", "since": self._since, "include_docs": "true", "timeout": "10000"}
        answer = await self._tablet.http.get(
            f"/sync/{self._tablet.database}/_changes", params=asked, headers=self._tablet.bearer
        )
        changes = answer.raise_for_status().json()
        self._since = changes["last_seq"]
        for change in changes["results"]:
            if "jws" in change["doc"]:
                kind, payload = verified(change["doc"], change["id"], self._tablet.database, self._signing)
                self.found[kind, payload["key"]] = payload


def team_key(plaintext: bytes) -> OctKey:
    """A team key as a key ring holds it."""
    return OctKey.import_key(json.loads(plaintext))


async def _published_while_drafts_are_open(server: RunningServer, file: Path) -> None:
    async with httpx.AsyncClient(base_url=server.origin, timeout=30) as http:
        tablet = Tablet(http)
        await tablet.redeem(server.link)
        await tablet.sign_in()
        facts = await tablet.facts()
        slot, _ = await tablet.ask_slot(facts["members"][0]["id"])
        documents = Documents(tablet, facts)
        while (DocumentType.KEYRING, slot.id) not in documents.found:
            await documents.wait()
        ring = documents.found[DocumentType.KEYRING, slot.id]["open"]["epochs"]
        keys = [team_key(jwe.open_sealed(sealed, slot.agreement)) for sealed in ring.values()]

        def named() -> set[str]:
            rosters = [each for (kind, _), each in documents.found.items() if kind is DocumentType.ROSTER]
            opened = [json.loads(jwe.open_sealed(each["sealed"], keys[-1])) for each in rosters]
            campaign = [each for each in opened if each["stop"]["campaign_title"] == CAMPAIGN]
            assert all(each["forms"][0]["version"] == each["form"]["version"] for each in campaign)
            return {each["form"]["version"] for each in campaign}

        assert named() == {"1.1.0"}
        command = ["forms", "publish", str(file), "--campaign", CAMPAIGN]
        assert await asyncio.to_thread(run, command, server.environment) == 0
        while named() != {"1.1.1"}:
            await documents.wait()
        published = documents.found[DocumentType.FORM, f"{FORM[0]}|1.1.1"]["open"]
        assert published["digest"] == another("1.1.1").digest
        assert published["questionnaire"].encode() == bytes_of("1.1.1")
        assert (DocumentType.FORM, f"{FORM[0]}|1.1.0") in documents.found


async def _in_time(server: RunningServer, file: Path) -> None:
    async with asyncio.timeout(SOON_S + 10):
        await _published_while_drafts_are_open(server, file)


def test_a_version_published_beside_a_running_server_reaches_the_tablets_and_the_rosters(
    running_server: RunningServer, file: Path
) -> None:
    asyncio.run(_in_time(running_server, file))
