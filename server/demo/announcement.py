"""Says on the terminal where to click, once the server is ready."""

from server.clock import PARIS
from server.demo.seed import Demonstration
from server.demo.texts import text
from server.enrolment import card_image
from server.settings import Settings


def announce(settings: Settings, demonstration: Demonstration) -> None:
    """Print the tablet's link and code, the coordinators' address and passwords; write the code as a PNG."""
    card = demonstration.card
    path = settings.data / "cards" / f"{card.id}.png"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for former in path.parent.glob("*.png"):
        former.unlink()
    path.write_bytes(card_image.png(card.link))
    until = card.expires_at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
    lines = [
        "",
        text("ready"),
        "",
        text("tablet", until=until),
        card.link,
        card_image.terminal(card.link),
        text("card", path=path),
        "",
        *_instruments(demonstration),
        text("coordination", address=f"{settings.origin}/coordination/"),
        *(
            text("login", login=who.login, name=who.name, password=password(who.password))
            for who in demonstration.logins
        ),
        "",
        text("stop", data=settings.data),
    ]
    print("\n".join(lines), flush=True)


def _instruments(demonstration: Demonstration) -> list[str]:
    """Say how to begin a tablet of another team: the link of each, in another browser profile."""
    if not demonstration.instruments:
        return []
    lines = [text("instruments")]
    for each in demonstration.instruments:
        lines += [text("instrument", campaign=each.campaign, team=each.team), f"    {each.card.link}"]
    return [*lines, ""]


def password(drawn: str | None) -> str:
    """Say a one-time password, or that its coordinator chose another."""
    return text("password_chosen") if drawn is None else text("password_new", password=drawn)
