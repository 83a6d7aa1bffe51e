"""Running `lbtui` the way a shell does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "lbtui")


@dataclass(frozen=True)
class Lbtui:
    """The command in one environment and one working folder."""

    environment: Mapping[str, str]
    folder: Path
    command: tuple[str, ...] = COMMAND

    def __call__(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command line to its end; no command may take a minute, nor show a traceback."""
        done = subprocess.run(
            [*self.command, *words],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            env=dict(self.environment),
            cwd=self.folder,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def json(self, *words: str, code: int = 0, stdin: str | None = None) -> Any:
        """The one JSON document that a command line prints; it must end with `code`."""
        done = self(*words, stdin=stdin)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)
