"""Rows of the result: target, median with its range, verdict."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Series:
    """One number from each round."""

    values: list = field(default_factory=list)
    noisy: int = 0  # Rounds with steal.

    def add(self, value, *noises):
        self.values.append(value)
        self.noisy += any(noise.noisy for noise in noises)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, form):
        low, high = min(self.values), max(self.values)
        noise = f", {self.noisy} of {len(self.values)} rounds noisy" if self.noisy else ""
        return f"{form(self.median)} [{form(low)} .. {form(high)}]{noise}"


@dataclass
class Row:
    what: str
    target: str
    measured: str
    verdict: str = ""


class Table:
    def __init__(self):
        self.rows = []
        self.data = {}

    def add(self, key, what, series, form, *, most=None, least=None):
        """`most` and `least` are the budget; without one the row only informs."""
        target, verdict = "", ""
        if most is not None:
            target, verdict = f"<= {form(most)}", "pass" if series.median <= most else "short"
        if least is not None:
            target, verdict = f">= {form(least)}", "pass" if series.median >= least else "short"
        self.rows.append(Row(what, target, series.text(form), verdict))
        self.data[key] = {
            "median": series.median,
            "values": series.values,
            "noisy_rounds": series.noisy,
            "verdict": verdict,
        }

    def tell(self, what, measured):
        self.rows.append(Row(what, "", measured))

    def text(self):
        columns = [("what", "target", "measured: median [range]", "verdict")]
        columns += [(row.what, row.target, row.measured, row.verdict) for row in self.rows]
        widths = [max(len(line[i]) for line in columns) for i in range(4)]
        lines = [
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
            for line in columns
        ]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join(lines)


def percent(value):
    return f"{100 * value:.1f} %"


def plain(digits=0, unit=""):
    return lambda value: f"{value:,.{digits}f}{unit}"
