"""`python -m tests.fuzz.run`: each target in a process of its own, for a fixed budget.

Needs atheris (`pip install atheris`). A finding is written beside the corpus as `crash-…`, printed
with its traceback, and ends the run with exit code 1.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = 20
"""For each target, unless told otherwise."""
LONGEST_INPUT = 70000
"""Octets: a little more than the longest message."""
SLOW = 2
"""Seconds for one input, past which it counts as a finding: decoding is linear."""
DONE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+).*")


def fuzz(name: str, arguments: list[str]) -> None:
    """Become the fuzzer of one target; does not return."""
    import atheris

    with atheris.instrument_imports(include=["speaker"]):
        from tests.fuzz.targets import attempt
    atheris.Setup([sys.argv[0], *arguments], lambda data: attempt(name, data))
    atheris.Fuzz()


def run(name: str, seconds: int, folder: Path) -> bool:
    """Fuzz one target for `seconds` in another process; whether nothing was found."""
    from tests.fuzz.corpus import seeds

    corpus = folder / name
    corpus.mkdir()
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={SLOW}",
        f"-artifact_prefix={folder}/{name}-",
    ]
    command = [sys.executable, "-m", "tests.fuzz.run", "--target", name, *options, str(corpus)]
    ended = subprocess.run(command, capture_output=True, text=True)
    log = ended.stdout + ended.stderr
    match = DONE.search(log)
    if ended.returncode or match is None:
        print(log)
        print(f"{name}: FAILED (exit code {ended.returncode}); the input is in {folder}")
        return False
    executions, coverage = int(match[1]), int(match[2])
    print(f"{name:17} {executions:9,} inputs, {coverage:4} edges, nothing found", flush=True)
    return True


def main() -> int:
    """Fuzz every target; 1 if anything was found, 2 without atheris."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.run", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target")
    parser.add_argument("--target", help=argparse.SUPPRESS)
    chosen, rest = parser.parse_known_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed; run: pip install atheris", file=sys.stderr)
        return 2
    if chosen.target is not None:
        fuzz(chosen.target, rest)
    # Only here: what the fuzzing process imports, it must import under its own eyes.
    from tests.fuzz.targets import TARGETS

    folder = Path(tempfile.mkdtemp(prefix="lbtui-fuzz-"))
    return 0 if all([run(name, chosen.seconds, folder) for name in TARGETS]) else 1


if __name__ == "__main__":
    sys.exit(main())
