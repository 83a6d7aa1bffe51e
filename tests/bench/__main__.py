"""`python -m tests.bench`: every benchmark, one report."""

from __future__ import annotations

import argparse
import importlib

from tests.bench.case import Case, run_apart
from tests.bench.report import Line, to_text, write_readme

TOPICS = (
    *("startup", "console", "console_changes", "core", "reading", "commands", "growth", "cluster"),
    "speaker",
)
"""A module of this folder each, with its CASES."""


def main() -> None:
    """Run topics; print a line for each figure as soon as it is known."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"of {', '.join(TOPICS)}")
    parser.add_argument("--runs", type=int, help="how often each case is run; default: its own")
    parser.add_argument("--write-readme", action="store_true", help="put the table there")
    arguments = parser.parse_args()
    unknown = set(arguments.topics) - set(TOPICS)
    if unknown:
        parser.error(f"there is no topic {', '.join(sorted(unknown))}")
    lines: list[Line] = []
    for topic in arguments.topics or TOPICS:
        module = f"tests.bench.{topic}"
        for case in importlib.import_module(module).CASES:
            for line in measure(module, case, arguments.runs or case.runs):
                print(to_text(line), flush=True)
                lines.append(line)
    if arguments.write_readme:
        write_readme(lines)


def measure(module: str, case: Case, runs: int) -> list[Line]:
    """Run a case several times, each in a process of its own."""
    found = [run_apart(module, case.name) for _ in range(runs)]
    return [
        Line(case.name, figure, tuple(values[figure.name] for values in found))
        for figure in case.figures
    ]


if __name__ == "__main__":
    main()
