"""Debian's Chromium with a profile that outlives the process, as on a tablet."""

import os
import re
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request, Response
from playwright.sync_api import Error as PlaywrightError

CHROMIUM = "/usr/bin/chromium"
TABLET = {"width": 800, "height": 1280}


@dataclass(frozen=True)
class Surroundings:
    """What lies around a browser: names that only it resolves, to ports of the loopback; nodes; an authority.

    ``names``: host name to port. ``nodes``: origins beside the application's that pages may call.
    ``home``: where its trusted authorities are; the user's own when None. ``arguments``: more of Chromium's.
    """

    names: Mapping[str, int] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    home: Path | None = None
    arguments: tuple[str, ...] = ()

    @property
    def resolver_rules(self) -> tuple[str, ...]:
        """Chromium's argument for the names, if there are any."""
        rules = [f"MAP {name} 127.0.0.1:{port}" for name, port in self.names.items()]
        return (f"--host-resolver-rules={','.join(rules)}",) if rules else ()


class Browser:
    """One Chromium profile; it can be closed, killed and opened again."""

    def __init__(
        self, playwright: Playwright, profile: Path, origin: str, surroundings: Surroundings | None = None
    ) -> None:
        self._playwright = playwright
        self._surroundings = surroundings or Surroundings()
        self.profile = profile
        self.origin = origin
        self.foreign_requests: list[str] = []
        self.violations: list[str] = []
        self.console: list[str] = []
        self._context: BrowserContext | None = None
        self._clock_installed = False

    def open(self, *, persistent_storage: str = "granted", viewport: dict[str, int] | None = None) -> Page:
        """Start Chromium on the profile and return its first page.

        ``persistent_storage`` is what the browser answers to ``navigator.storage.persist()``.
        """
        size = viewport or TABLET
        home = self._surroundings.home
        self._context = self._playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=CHROMIUM,
            headless=True,
            viewport={"width": size["width"], "height": size["height"]},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            args=[
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                *self._surroundings.resolver_rules,
                *self._surroundings.arguments,
            ],
            env=None if home is None else {**os.environ, "HOME": str(home)},
        )
        self._context.set_default_timeout(20_000)
        self._clock_installed = False
        self._context.on("request", self._watch_request)
        self._context.on("response", self._watch_response)
        self._context.on("console", self._watch_console)
        self._context.on("weberror", lambda error: self.console.append(f"uncaught: {error.error}"))
        page = self._context.pages[0]
        session = self._context.new_cdp_session(page)
        session.send(
            "Browser.setPermission",
            {
                "permission": {"name": "persistent-storage"},
                "setting": persistent_storage,
                "origin": self.origin,
            },
        )
        return page

    def _watch_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        known = (self.origin, *self._surroundings.nodes)
        if address.scheme in {"http", "https", "ws", "wss"} and not request.url.startswith(known):
            self.foreign_requests.append(request.url)

    def _watch_response(self, response: Response) -> None:
        """Every page must come with a policy that admits no inline script and no other origin."""
        if response.request.resource_type == "document" and not response.from_service_worker:
            policy = response.headers.get("content-security-policy", "")
            if (
                not re.search(r"default-src '(self|none)'", policy)
                or "unsafe-inline" in policy
                or "unsafe-eval'" in policy.replace("'wasm-unsafe-eval'", "")
            ):
                self.violations.append(f"{response.url}: policy {policy!r}")

    def _watch_console(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.violations.append(message.text)

    @property
    def context(self) -> BrowserContext:
        """The open context; raise ``RuntimeError`` when the browser is closed."""
        if self._context is None:
            raise RuntimeError("the browser is not open")
        return self._context

    def set_clock(self, at: datetime) -> None:
        """Make it this instant for every page; time goes on from there."""
        if self._clock_installed:
            self.context.clock.set_system_time(at)
        else:
            self.context.clock.install(time=at)
            self._clock_installed = True

    def keep_pictures(self, directory: Path, name: str) -> None:
        """Write a picture of every open page."""
        if self._context is not None:
            for number, page in enumerate(self._context.pages):
                page.screenshot(
                    path=directory / f"{name[:60]}-{self.profile.name}-{number}.png", full_page=True
                )

    def offline(self, *, cut: bool) -> None:
        """Cut or give back the browser's network."""
        self.context.set_offline(cut)

    def close(self) -> None:
        """Close it as a person does."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def kill(self) -> None:
        """Kill every process of this profile at once, as an empty battery does to the browser."""
        for process in _processes(lambda line: f"--user-data-dir={self.profile}" in line):
            os.kill(process, signal.SIGKILL)
        context, self._context = self._context, None
        if context is not None:
            with suppress(PlaywrightError):
                context.close()


def _processes(matches: Callable[[str], bool]) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if matches(line):
                found.append(int(entry.name))
    return found
