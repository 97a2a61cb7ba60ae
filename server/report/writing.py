"""Numbers as people write them: decimal comma and narrow spaces in French."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from server.report.tables import Cell

NARROW = "\u202f"
SPACE = "\u00a0"
HIDDEN_SIGN = "<"


def whole(value: int, language: str = "fr") -> str:
    """Return ``12 345`` or ``12,345``."""
    return f"{value:,}".replace(",", NARROW) if language == "fr" else f"{value:,}"


def decimal(text: str, language: str = "fr") -> str:
    """Return a decimal text with the language's mark."""
    return text.replace(".", ",") if language == "fr" else text


def share(numerator: int, denominator: int) -> Decimal:
    """Return a percentage rounded half up to one decimal."""
    return (Decimal(100 * numerator) / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Written:
    """Writes cells in one language; ``threshold``: of what is hidden, None when nothing is."""

    language: str = "fr"
    threshold: int | None = None

    def __call__(self, cell: Cell) -> str:
        """Return a cell as it is read."""
        return written(cell, self.language, self.threshold)

    def whole(self, value: int) -> str:
        """Return a whole number."""
        return whole(value, self.language)


def written(cell: Cell, language: str = "fr", threshold: int | None = None) -> str:
    """Return a cell as it is read; ``threshold``: of what is hidden."""
    match cell:
        case Cell(kind="count", count=int(value)):
            return whole(value, language)
        case Cell(kind="percent", count=int(numerator), of=int(denominator)):
            text = decimal(str(share(numerator, denominator)), language)
            return f"{text}{SPACE}%" if language == "fr" else f"{text}%"
        case Cell(kind="number", number=str(text)):
            return decimal(text, language)
        case Cell(kind="hidden", text=str(text)) if text:
            return "masqué" if language == "fr" else "masked"
        case Cell(kind="hidden"):
            return f"{HIDDEN_SIGN}{SPACE}{threshold}" if threshold else "–"
        case Cell(kind="text"):
            return cell.text
        case _:
            return "–"
