"""What a benchmark reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One number with its unit and, where the project set one, its goal."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_most: bool = False

    def line(self) -> str:
        """Return the measurement as a line of the report, saying whether the goal is met."""
        text = f"{self.name:<64} {self.value:>10.1f} {self.unit:<10}"
        if self.goal is None:
            return text
        met = self.value <= self.goal if self.at_most else self.value >= self.goal
        return f"{text} goal {'≤' if self.at_most else '≥'} {self.goal:g}: {'met' if met else 'NOT MET'}"
