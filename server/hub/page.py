"""A hub's page, in French: is it connected, what does it hold, is anything wrong."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

from server.clock import PARIS
from server.hub.state import Phase, Serving, State
from server.hub.texts import text

_FOLDER = Path(__file__).parent / "page"

ROOM_LOW_BYTES = 1_000_000_000
CLOCK_RIGHT_S = 30.0
"""Below this the clocks agree, for what times on a hub are used for."""
SHORT_ID = 8


def static(name: str) -> bytes:
    """Return a file of the page; ``name`` is one of ours."""
    return (_FOLDER / name).read_bytes()


def render(state: State) -> bytes:
    """Return the whole page (HTML, UTF-8)."""
    main = "".join(_main(state))
    return _frame().format(title=text("title"), silent=escape(text("silent")), main=main).encode()


@cache
def _frame() -> str:
    return (_FOLDER / "page.html").read_text(encoding="utf-8")


def _main(state: State) -> Iterator[str]:
    look, key = _headline(state)
    yield f'<h1 class="{look}" data-part="{look}">{escape(text(key))}</h1>'
    yield f'<p data-part="explained">{escape(text(f"{key}.explained"))}</p>'
    if state.phase is Phase.WAITING and state.short_code:
        yield f'<p>{escape(text("code"))}<br><strong class="code">{escape(state.short_code)}</strong></p>'
    rows = "".join(
        f"<div><dt>{escape(text(name))}</dt><dd>{value}</dd></div>" for name, value in _rows(state)
    )
    yield f'<dl data-part="figures">{rows}</dl>'
    updated = escape(text("updated", at=_hour(state.now)))
    yield f'<p class="updated"><span data-part="updated" data-at>{updated}</span>'
    yield f'<a href="/">{escape(text("refresh"))}</a></p>'


def _headline(state: State) -> tuple[str, str]:
    if state.phase is Phase.SERVING and state.serving is None:
        return "waiting", "phase.starting"
    if state.serving is None:
        return state.phase.value, f"phase.{state.phase}"
    if _is_shut(state.serving, state.now):
        return "shut", "phase.serving.shut"
    look = "up" if state.serving.link.is_up else "down"
    return look, f"phase.serving.{look}"


def _is_shut(serving: Serving, now: datetime) -> bool:
    """Whether tablets cannot connect: they do with TLS, and there is no certificate that holds."""
    return serving.is_on_tls and (serving.certificate_end is None or serving.certificate_end <= now)


def _rows(state: State) -> Iterator[tuple[str, str]]:
    """Yield each figure: the key of what it is, and its value as HTML."""
    if state.serving is not None:
        yield from _serving_rows(state.serving, state.now)
    gigabytes = f"{state.free_bytes / 1e9:.1f}".replace(".", ",")
    room = "room.low" if state.free_bytes < ROOM_LOW_BYTES else "room.value"
    if state.is_disk_failing:
        room = "room.failing"
    yield "room", _said(text(room, gigabytes=gigabytes), alert=room != "room.value")
    if state.device is not None:
        yield "hub", _said(state.device[:SHORT_ID])
    yield "started", _said(_moment(state.started_at))
    yield "version", _said(state.version)


def _serving_rows(serving: Serving, now: datetime) -> Iterator[tuple[str, str]]:
    link = serving.link
    standing = "link.up" if link.is_up else "link.down"
    yield "link", _said(text("link.unknown" if link.since is None else standing, since=_moment(link.since)))
    yield "seen", _said(text("never") if link.seen_at is None else _moment(link.seen_at))
    yield "held", _said(str(serving.held))
    yield "waiting", _said(str(serving.waiting))
    if serving.denied:
        yield "denied", _said(f"{serving.denied}. {text('denied.explained')}", alert=True)
    tablets = "".join(
        f"<li>{escape(text('tablets.one', device=each.device[:SHORT_ID], at=_hour(each.seen_at)))}</li>"
        for each in serving.tablets
    )
    yield "tablets", f"<ul>{tablets}</ul>" if tablets else _said(text("tablets.none"))
    yield "clock", _clock(serving.clock_offset_s)
    yield "certificate", _certificate(serving, now)


def _clock(offset_s: float | None) -> str:
    if offset_s is None:
        return _said(text("clock.unknown"))
    if abs(offset_s) < CLOCK_RIGHT_S:
        return _said(text("clock.right"))
    key = "clock.behind" if offset_s > 0 else "clock.ahead"
    return _said(text(key, minutes=max(1, round(abs(offset_s) / 60))), alert=True)


def _certificate(serving: Serving, now: datetime) -> str:
    end = serving.certificate_end
    if end is None:
        return _said(
            text("certificate.lacking" if serving.is_on_tls else "certificate.none"), alert=serving.is_on_tls
        )
    is_over = end <= now
    key = "certificate.ended" if is_over else "certificate.until"
    return _said(text(key, until=_moment(end)), alert=is_over)


def _said(words: str, *, alert: bool = False) -> str:
    return f'<span class="alert">{escape(words)}</span>' if alert else escape(words)


def _moment(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(PARIS).strftime("%d/%m/%Y à %H:%M")


def _hour(instant: datetime) -> str:
    return instant.astimezone(PARIS).strftime("%H:%M:%S")
