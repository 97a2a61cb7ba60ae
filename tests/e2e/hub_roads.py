"""Two nodes behind one name: central and the hub in the bus, with TLS, and the roads that lead to them.

Each tablet has roads of its own, since a bus leaves with one and not with another. Central's certificates are
of an authority made here; the hub's comes from central, as in the field.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Playwright

from server.certificates.authority import CERTIFICATE
from server.certificates.authority import Authority as HubAuthority
from server.demo.seed import TEAM
from tests.e2e.browser import Browser, Surroundings
from tests.support.authority import Authority, trust
from tests.support.hub_process import HubProcess
from tests.support.road import Address, Road
from tests.support.server_process import LINK, ROOT, ServerProcess, free_port

APPLICATION = "app.escale.test"
NODE = "sync.escale.test"
PATIENCE_S = 40.0


def loopback(port: int) -> Address:
    """The address of a port of this machine."""
    return "127.0.0.1", port


class Travelling:
    """One browser and its roads: to the application, and to whichever node answers."""

    def __init__(self, browser: Browser, application: Road, node: Road) -> None:
        self.browser = browser
        self.application = application
        self.node = node


class HubAndCentral:
    """Central and a hub, both real processes; ``browsers`` are those it made. Closing ends everything."""

    def __init__(self, playwright: Playwright, home: Path, browsers: list[Browser]) -> None:
        self._playwright = playwright
        self._home = home
        self._stack = ExitStack()
        self._browsers = browsers
        hubs = home / "hub-authority"
        HubAuthority.create(hubs, NODE, datetime.now(UTC))
        authority = Authority(home / "authority")
        trust(home, authority.certificate, hubs / CERTIFICATE)
        self.central = ServerProcess(
            home,
            ESCALE_ORIGIN=f"https://{APPLICATION}",
            ESCALE_SYNC_URL=f"https://{NODE}/sync",
            ESCALE_HUB_AUTHORITY=str(hubs),
        )
        self._fronts = {
            name: self._road(Road(loopback(self.central.port), authority.context(name)))
            for name in (APPLICATION, NODE)
        }
        self.uplink = self._road(Road(loopback(self.central.port)))
        """What the hub reaches central through, when the bus has a network."""
        self.tls_port = free_port()
        uplink = f"http://localhost:{self.uplink.port}"
        self.hub = HubProcess(home, uplink, "--tls-port", str(self.tls_port))

    def start(self) -> None:
        """Start central, and the hub with a card that the demonstration confirms by itself."""
        self.central.start()
        self.hub.start("--card", self.card("Boîtier du bus", "--hub"))

    def card(self, label: str, *more: str) -> str:
        """Make an enrolment card and return its link."""
        command = [sys.executable, "-m", "server", "enrol", "card", "--team", TEAM, "--label", label, *more]
        environment = os.environ | self.central.environment()
        made = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        found = LINK.search(made.stdout)
        assert found is not None, made.stdout
        return found.group(0)

    def travelling(self, name: str, *, node_space: str | None = None) -> Travelling:
        """Make a browser with roads of its own, to central.

        ``node_space`` makes it take the application for a page of the Internet, and whoever answers at the
        node's name for a machine of that address space (``local``).
        """
        application, node = (self._road(Road()) for _ in range(2))
        spaces = f"127.0.0.1:{application.port}=public,127.0.0.1:{node.port}={node_space}"
        surroundings = Surroundings(
            names={APPLICATION: application.port, NODE: node.port},
            nodes=(f"https://{NODE}",),
            home=self._home,
            arguments=() if node_space is None else (f"--ip-address-space-overrides={spaces}",),
        )
        browser = Browser(
            self._playwright, self._home / f"profile-{name}", f"https://{APPLICATION}", surroundings
        )
        made = Travelling(browser, application, node)
        self._browsers.append(browser)
        self.at_the_base(made)
        return made

    def at_the_base(self, *travelling: Travelling) -> None:
        """Where the Internet is: both names lead to central."""
        for each in travelling:
            each.application.lead(loopback(self._fronts[APPLICATION].port))
            each.node.lead(loopback(self._fronts[NODE].port))

    def in_the_bus(self, *travelling: Travelling) -> None:
        """On the bus's Wi-Fi: no Internet, and the hub answers for the node's name."""
        for each in travelling:
            each.application.lead(None)
            each.node.lead(loopback(self.tls_port))

    def hub_is_level(self) -> None:
        """Wait until the hub serves with its certificate and says that it is level with central."""
        wait(lambda: "valable jusqu’au" in self.hub.page() and "relié au serveur" in self.hub.page())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for browser in self._browsers:
            browser.close()
        self.hub.kill()
        self.central.kill()
        self._stack.close()

    def _road(self, road: Road) -> Road:
        return self._stack.enter_context(road)


def figure(page: str, name: str) -> str:
    """Return what the hub's page says under a name."""
    found = re.search(rf"<dt>{name}</dt><dd>(.*?)</dd>", page)
    assert found is not None, page
    return re.sub(r"<[^>]*>", "", found[1])


def wait(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; raise ``TimeoutError`` when it does not."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        threading.Event().wait(0.1)
