"""A real nginx with the replication host of deploy/nginx, on plain HTTP and ports of this machine."""

import getpass
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.server_process import ROOT, free_port

ORIGIN = "https://escale.example"
"""The application's origin, as deploy/nginx/escale.conf names it."""

START_S = 10.0

_CONFIGURATION = """
daemon off;
user {user};
pid {home}/nginx.pid;
error_log {home}/error.log info;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    map $http_origin $escale_origin {{
        default "";
        "{origin}" $http_origin;
    }}
    upstream couchdb {{ server 127.0.0.1:{couchdb}; keepalive 8; }}
    upstream escale {{ server 127.0.0.1:{escale}; }}
    server {{
        listen 127.0.0.1:{port};
        include escale/replication.conf;
    }}
}}
"""


@contextmanager
def replication_proxy(home: Path, *, couchdb: int, escale: int) -> Iterator[str]:
    """Run nginx in front of the two ports; give the replication host's origin."""
    program = _prepared(home)
    port = free_port()
    (home / "nginx.conf").write_text(
        _CONFIGURATION.format(
            user=getpass.getuser(), home=home, origin=ORIGIN, couchdb=couchdb, escale=escale, port=port
        )
    )
    running = subprocess.Popen([program, "-p", str(home), "-c", str(home / "nginx.conf")])
    try:
        _wait(running, port, home)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(10)


def whole_configuration(home: Path) -> None:
    """Have nginx read escale.conf as it is, but for where certificates lie; raise what it says of it."""
    program = _prepared(home)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test"),
            *("-keyout", str(home / "privkey.pem"), "-out", str(home / "fullchain.pem")),
        ],
        check=True,
        capture_output=True,
    )
    whole = home / "escale" / "escale.conf"
    whole.write_text(re.sub(r"/etc/ssl/[a-z.]+/", f"{home}/", whole.read_text()))
    (home / "nginx.conf").write_text(
        f"pid {home}/nginx.pid;\nevents {{}}\nhttp {{ include escale/escale.conf; }}\n"
    )
    tried = subprocess.run(
        [program, "-t", "-p", str(home), "-c", str(home / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        raise RuntimeError(tried.stderr)


def _prepared(home: Path) -> str:
    """Copy deploy/nginx into a home for nginx; return where nginx is."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise RuntimeError("nginx is needed: .ci/install-system-packages installs it")
    home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "deploy" / "nginx", home / "escale", dirs_exist_ok=True)
    return program


def _wait(running: subprocess.Popen[bytes], port: int, home: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if running.poll() is not None:
            break
        time.sleep(0.02)
    log = home / "error.log"
    raise RuntimeError(f"nginx did not start:\n{log.read_text() if log.exists() else ''}")
