"""Figures as lines of a table, for the terminal and for the README."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.case import Figure

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- benchmarks: written by make bench -->", "<!-- end of benchmarks -->"


@dataclass(frozen=True)
class Line:
    """One figure of one case, run several times."""

    case: str
    figure: Figure
    values: tuple[float, ...]

    @property
    def verdict(self) -> str:
        """Either `ok` or `over`, by the median; empty without a limit."""
        limit = self.figure.limit
        return "" if limit is None else "ok" if statistics.median(self.values) <= limit else "over"

    @property
    def cells(self) -> tuple[str, ...]:
        """What, case, median, least, limit, verdict."""
        unit, limit = self.figure.unit, self.figure.limit
        return (
            self.case,
            self.figure.name,
            amount(statistics.median(self.values), unit),
            amount(min(self.values), unit),
            "" if limit is None else amount(limit, unit),
            self.verdict,
        )


HEADER = ("case", "figure", "median", "min", "limit", "")


def amount(value: float, unit: str) -> str:
    """A number for people: seconds below 0.1 as milliseconds."""
    if unit == "s":
        return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.1f} ms"
    return f"{value:,.0f} {unit}" if unit in ("MiB", "MB", "octets") else f"{value:.2f} {unit}"


def to_text(line: Line) -> str:
    """For the terminal, as soon as it is known."""
    widths = (34, 56, 10, 10, 10, 4)
    return "".join(
        cell.ljust(width) for cell, width in zip(line.cells, widths, strict=True)
    ).rstrip()


def to_markdown(lines: Sequence[Line]) -> str:
    """The table of the README, with what it was measured on."""
    runs = sorted({len(line.values) for line in lines})
    rows = [HEADER, ("---",) * len(HEADER), *(line.cells for line in lines)]
    return "\n".join(
        [
            f"Measured on a machine with {os.cpu_count()} cores, runs of each case: {runs[0]} or "
            "more, each in a process of its own, start-up by the clock and the rest in processor "
            "time; a cluster is nodes x peers x services x advertisements.",
            "",
            *("| " + " | ".join(row) + " |" for row in rows),
        ]
    )


def write_readme(lines: Iterable[Line], readme: Path = README) -> None:
    """Put the table between the marks of the README. Raises ValueError if they are not there."""
    text = readme.read_text()
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{readme} has no lines {BEGIN} and {END}")
    readme.write_text(f"{before}{BEGIN}\n\n{to_markdown(tuple(lines))}\n\n{END}{after}")
