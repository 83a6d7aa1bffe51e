"""Replays recorded answers of MetalLB: `replay.py FILE...`, gzip or plain, one case a line.

Prints each mismatch in short and ends with `N passed, N failed`; exits 1 if any failed. Cases of
a mode that lbtui does not cover are counted on stderr and in neither number.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance import allocator_cases, parse_cases, route_cases

Check = Callable[[Mapping[str, Any], Mapping[str, Any]], list[str]]

MODES: Mapping[str, Check] = {
    "routes": route_cases.check,
    "parse": parse_cases.check,
    "allocator": allocator_cases.check,
}
"""Mode → function of input and expectation that tells every mismatch."""


def read_cases(path: Path) -> Iterator[dict[str, Any]]:
    """Cases of a file, gzip or plain."""
    opener: Any = gzip.open if path.read_bytes()[:2] == b"\x1f\x8b" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def check_case(case: Mapping[str, Any]) -> list[str] | None:
    """Mismatches of one case; None if its mode is not covered."""
    check = MODES.get(case["input"]["mode"])
    return None if check is None else check(case["input"], case["expected"])


def main(arguments: Sequence[str]) -> int:
    """Replay the files named; the exit status."""
    if not arguments:
        print("usage: replay.py FILE...", file=sys.stderr)
        return 2
    passed = failed = uncovered = 0
    for name in arguments:
        for case in read_cases(Path(name)):
            mismatches = check_case(case)
            if mismatches is None:
                uncovered += 1
            elif mismatches:
                failed += 1
                print(f"{case['id']}: {'; '.join(mismatches[:4])}")
            else:
                passed += 1
    if uncovered:
        print(f"{uncovered} cases of modes that are not covered", file=sys.stderr)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
