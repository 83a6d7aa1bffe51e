"""The demo cluster: packaged manifests, copied to a private folder that goes when lbtui does."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from importlib import resources
from pathlib import Path

from lbtui.adapters.file_store import FileStore


class DemoStore(FileStore):
    """A FileStore over a private copy of the demo's manifests: saving works, and is thrown away."""

    def __init__(self) -> None:
        """Copy the manifests to a new private folder; `close`, or the end of Python, removes it."""
        self.folder = Path(tempfile.mkdtemp(prefix="lbtui-demo-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        for packaged in resources.files(__package__).iterdir():
            if packaged.name.endswith(".yaml"):
                (self.folder / packaged.name).write_bytes(packaged.read_bytes())
        super().__init__([str(self.folder)], title="demo (thrown away at exit)")

    def close(self) -> None:
        """Remove the copy."""
        self._remove()
