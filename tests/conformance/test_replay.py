"""Every recorded answer of the modes that lbtui covers is given in the same way."""

from __future__ import annotations

import collections
import json
from pathlib import Path

import pytest

from tests.conformance import replay

DATA = Path(__file__).parent / "data"
FLOORS = {"routes-a": 400, "named": 85, "parse-a": 200, "allocator-a": 200}
"""Cases replayed of each file, at least."""


@pytest.mark.parametrize("name", FLOORS)
def test_recorded_cases(name: str) -> None:
    results = [
        (case["id"], mismatches)
        for case in replay.read_cases(DATA / f"{name}.jsonl.gz")
        if (mismatches := replay.check_case(case)) is not None
    ]
    assert len(results) >= FLOORS[name]
    assert [result for result in results if result[1]] == []


def test_the_records_hold_valid_cases_of_every_back_end() -> None:
    cases = list(replay.read_cases(DATA / "routes-a.jsonl.gz"))
    valid = collections.Counter(
        case["input"]["backend"] for case in cases if case["expected"]["valid"]
    )
    assert set(valid) == {"native", "frr", "frr-k8s"}
    assert min(valid.values()) >= 70


@pytest.fixture
def wrong_file(tmp_path: Path) -> Path:
    """A plain file with a good case and one whose expectation is wrong."""
    case = {
        "id": "one",
        "input": {"mode": "parse", "what": "ip", "input": "192.0.2.1"},
        "expected": {"valid": True, "string": "192.0.2.1", "family": "ipv4"},
    }
    wrong = {**case, "id": "two", "expected": {"valid": False}}
    other = {"id": "three", "input": {"mode": "weather"}, "expected": {}}
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in (case, wrong, other)))
    return path


def test_a_mismatch_is_told_and_fails(wrong_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([str(wrong_file)]) == 1
    output = capsys.readouterr()
    assert output.out.splitlines()[0].startswith("two: ip '192.0.2.1'")
    assert output.out.splitlines()[-1] == "1 passed, 1 failed"
    assert output.err == "1 cases of modes that are not covered\n"


def test_without_a_file_the_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([]) == 2
    assert capsys.readouterr().err.startswith("usage:")
