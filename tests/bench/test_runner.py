"""The benchmarks run, and what they find can be put into the README; no speed is asked for."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.bench.__main__ import TOPICS, measure
from tests.bench.case import Case
from tests.bench.core import CASES
from tests.bench.report import BEGIN, END, README, Line, write_readme


def test_a_case_runs_in_a_process_of_its_own_and_gives_every_figure(tmp_path: Path) -> None:
    lines = measure("tests.bench.core", CASES[0], 2)
    assert [line.figure for line in lines] == list(CASES[0].figures)
    assert all(len(line.values) == 2 and min(line.values) > 0 for line in lines)
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_readme(lines, readme)
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert text.count(f"| {CASES[0].name} |") == len(lines) == len(CASES[0].figures)


def test_lines_say_whether_a_limit_holds() -> None:
    figure = CASES[1].figures[0]
    assert figure.limit == 1.0
    assert Line("", figure, (0.9, 0.8, 5.0)).verdict == "ok"
    assert Line("", figure, (0.9, 1.1, 1.2)).verdict == "over"


def test_the_readme_has_a_place_for_them(tmp_path: Path) -> None:
    assert README.read_text().count(BEGIN) == README.read_text().count(END) == 1
    (tmp_path / "README.md").write_text("nothing")
    with pytest.raises(ValueError, match="has no lines"):
        write_readme((), tmp_path / "README.md")


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_cases_with_names_of_their_own(topic: str) -> None:
    cases: tuple[Case, ...] = importlib.import_module(f"tests.bench.{topic}").CASES
    names = [case.name for case in cases]
    assert cases and len(set(names)) == len(names)
