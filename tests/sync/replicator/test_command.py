"""`python -m sync replicate`, between two real servers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from tests.sync.server_process import ADMINISTRATOR, ServerProcess, server_process

DOCUMENTS = [{"_id": f"d{number}", "_rev": "1-a", "n": number} for number in range(250)]


@pytest.fixture
def near(tmp_path: Path) -> Iterator[ServerProcess]:
    with server_process(tmp_path / "near") as server:
        httpx.put(f"{server.url}/t1", auth=ADMINISTRATOR).raise_for_status()
        httpx.post(
            f"{server.url}/t1/_bulk_docs", json={"docs": DOCUMENTS, "new_edits": False}, auth=ADMINISTRATOR
        ).raise_for_status()
        yield server


@pytest.fixture
def far(tmp_path: Path) -> Iterator[ServerProcess]:
    with server_process(tmp_path / "far") as server:
        yield server


def address(server: ServerProcess, database: str, password: str = ADMINISTRATOR[1]) -> str:
    host = server.url.removeprefix("http://")
    return f"http://{ADMINISTRATOR[0]}:{password.replace(' ', '%20')}@{host}/{database}"


def replicate(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sync", "replicate", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | environment,
    )


ACCOUNT = ":".join(ADMINISTRATOR)


def test_accounts_come_from_the_environment_or_from_a_file(
    near: ServerProcess, far: ServerProcess, tmp_path: Path
) -> None:
    source, target = f"{near.url}/t1", f"{far.url}/copy"
    accounts = {"SOURCE_ACCOUNT": ACCOUNT, "TARGET_ACCOUNT": ACCOUNT}
    named = replicate(source, target, "--create", **accounts)
    name, password = ADMINISTRATOR
    (tmp_path / "accounts").write_text(f'machine 127.0.0.1 login {name} password "{password}"\n')
    filed = replicate(source, target, "--netrc-file", str(tmp_path / "accounts"))
    mixed = replicate(address(near, "t1"), target, TARGET_ACCOUNT=ACCOUNT, SOURCE_ACCOUNT="nobody:x")

    assert [done.returncode for done in (named, filed, mixed)] == [0, 0, 0]
    assert orjson.loads(named.stdout)["docs_written"] == 250
    assert replicate(source, target).returncode == 1


def test_a_live_one_shows_no_password_in_the_process_list(near: ServerProcess, far: ServerProcess) -> None:
    httpx.put(f"{far.url}/t1", auth=ADMINISTRATOR).raise_for_status()
    following = subprocess.Popen(
        [sys.executable, "-m", "sync", "replicate", "--live", f"{near.url}/t1", f"{far.url}/t1"],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"SOURCE_ACCOUNT": ACCOUNT, "TARGET_ACCOUNT": ACCOUNT},
    )
    wait_for(far, 250)
    shown = Path(f"/proc/{following.pid}/cmdline").read_text()
    following.terminate()
    following.wait(10)
    assert "replicate" in shown
    assert ADMINISTRATOR[1] not in shown


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        ((), {"SOURCE_ACCOUNT": "hunter2"}),
        ((), {"TARGET_ACCOUNT": ":hunter2"}),
        (("--netrc-file", "/nowhere/accounts"), {}),
    ],
)
def test_an_account_that_is_none_is_said_in_one_line(
    words: tuple[str, ...], environment: dict[str, str]
) -> None:
    failed = replicate("http://127.0.0.1:1/a", "http://127.0.0.1:1/b", *words, **environment)
    assert (failed.returncode, failed.stdout, len(failed.stderr.splitlines())) == (2, "", 1)
    assert "hunter2" not in failed.stderr


def test_it_creates_the_target_and_says_in_one_line_what_it_did(
    near: ServerProcess, far: ServerProcess
) -> None:
    done = replicate(address(near, "t1"), address(far, "copy"), "--create")
    again = replicate(address(near, "t1"), address(far, "copy"), "--create")

    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    told = orjson.loads(line)
    assert (told["state"], told["docs_written"], told["docs_denied"]) == ("stopped", 250, 0)
    assert orjson.loads(again.stdout)["docs_read"] == 0
    assert httpx.get(f"{far.url}/copy", auth=ADMINISTRATOR).json()["doc_count"] == 250


def test_it_creates_no_target_for_a_source_that_is_not_there(near: ServerProcess, far: ServerProcess) -> None:
    done = replicate(address(near, "nothing"), address(far, "unwanted"), "--create")

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "the source could not be read" in done.stderr
    assert httpx.get(f"{far.url}/unwanted", auth=ADMINISTRATOR).status_code == 404


@pytest.mark.parametrize(
    ("source", "target", "status"),
    [
        ("{near}", "{far}/nothing", 1),
        ("http://127.0.0.1:1/t1", "{near}", 1),
        ("{wrong}", "{near}", 1),
        ("ftp://host/db", "{near}", 2),
        ("http://host", "{near}", 2),
        ("not a url", "{near}", 2),
        ("http://[", "{near}", 2),
    ],
)
def test_what_cannot_be_is_said_in_one_line_without_the_password(
    near: ServerProcess, far: ServerProcess, source: str, target: str, status: int
) -> None:
    places = {
        "near": address(near, "t1"),
        "far": address(far, ""),
        "wrong": address(near, "t1", "another password"),
    }

    failed = replicate(source.format(**places), target.format(**places).replace("//nothing", "/nothing"))

    assert (failed.returncode, failed.stdout, len(failed.stderr.splitlines())) == (status, "", 1)
    assert "password" not in failed.stderr.replace("Name or password", "")


def wait_for(server: ServerProcess, documents: int) -> None:
    """Return once a node's database `t1` holds so many documents."""
    since, seen = "0", set[str]()
    while len(seen) < documents:
        query = {"feed": "longpoll", "since": since, "timeout": "20000"}
        page = httpx.get(f"{server.url}/t1/_changes", params=query, auth=ADMINISTRATOR, timeout=30).json()
        assert page["results"], f"only {len(seen)} of {documents} documents came"
        since = page["last_seq"]
        seen |= {change["id"] for change in page["results"]}


def test_a_live_one_follows_until_it_is_interrupted(near: ServerProcess, far: ServerProcess) -> None:
    httpx.put(f"{far.url}/t1", auth=ADMINISTRATOR).raise_for_status()
    following = subprocess.Popen(
        [
            *(sys.executable, "-m", "sync", "replicate", "--live"),
            *(address(near, "t1"), address(far, "t1")),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_for(far, 250)
    httpx.put(f"{near.url}/t1/late", json={}, auth=ADMINISTRATOR).raise_for_status()
    wait_for(far, 251)

    following.terminate()
    output, _ = following.communicate(timeout=10)

    told = orjson.loads(output)
    # Interrupted between the last document's arrival and its answer, it cannot know that it was written.
    assert (following.returncode, told["state"], told["docs_read"]) == (0, "stopped", 251)


def test_no_node_replicates_on_a_clients_behalf(near: ServerProcess) -> None:
    asked = {"source": "http://169.254.169.254/latest", "target": "t1"}

    answer = httpx.post(f"{near.url}/_replicate", json=asked, auth=ADMINISTRATOR)

    assert (answer.status_code, answer.json()["error"]) == (501, "not_implemented")
