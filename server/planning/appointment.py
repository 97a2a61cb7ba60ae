"""An appointment and the stop it is for, as values: what is typed or imported before any row is written."""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class StopChoice:
    """A stop that a line may be for."""

    id: str
    name: str
    commune: str
    day: date
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person expected at a stop; what was not said is None, or empty in the texts."""

    stop: str
    expected_at: time
    birth_name: str
    first_name: str
    birth_date: date | None
    sex: str | None
    commune: str | None
    phone: str | None
    booking: str

    @property
    def named(self) -> tuple[str, str, str]:
        """The stop and the names: what one person's two lines share at least."""
        return self.stop, self.birth_name, self.first_name

    def is_of_the_person_of(self, other: "Appointment") -> bool:
        """Say whether both are one person at one stop.

        Names and birth date; when one of them lacks the date, the hour must be the same too.
        """
        if self.named != other.named:
            return False
        if self.birth_date is not None and other.birth_date is not None:
            return self.birth_date == other.birth_date
        return self.expected_at == other.expected_at or self.birth_date == other.birth_date
