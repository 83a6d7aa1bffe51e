"""A copy of the demo's manifests on this test run's own loopback addresses."""

from __future__ import annotations

from pathlib import Path

import lbtui.adapters.demo as demo
from tests.support import loopback

PACKAGED = Path(demo.__file__).parent


def copy_demo(folder: Path) -> Path:
    """Write the manifests into `folder`, which is made; give it back."""
    folder.mkdir()
    files = sorted(PACKAGED.glob("*.yaml"))
    assert len(files) >= 5, "the demo is gone"
    own = loopback.address(0).removesuffix("0")
    for file in files:
        (folder / file.name).write_text(file.read_text().replace("127.0.0.", own))
    return folder
