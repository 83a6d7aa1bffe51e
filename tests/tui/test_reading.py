"""While a large source is read, what was read can be looked at, and nothing can be edited yet."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lbtui.adapters import file_store
from lbtui.adapters.file_store import FileStore
from lbtui.ports import Reading, Snapshot
from lbtui.tui.app import LbtuiApp
from lbtui.tui.preferences import Preferences
from tests.support.manifests import write_cluster
from tests.tui.console import Console


class HeldUp(FileStore):
    """Files of which the last one is slow to come."""

    def __init__(self, part: Path, whole: Path) -> None:
        super().__init__([str(whole)])
        self.part, self.go_on = FileStore([str(part)]), asyncio.Event()
        self.told: Reading | None = None

    @property
    def reading(self) -> Reading | None:
        return self.told

    async def load(self) -> Snapshot:
        snapshot = await self.part.load()
        self.told = Reading(1, 4, snapshot.resources)
        await self.go_on.wait()
        self.told = None
        return await super().load()


async def test_a_list_can_be_walked_before_all_is_read(tmp_path: Path) -> None:
    whole = write_cluster(tmp_path / "whole")
    part = tmp_path / "part"
    part.mkdir()
    (part / "advertisements.yaml").write_bytes((whole / "advertisements.yaml").read_bytes())
    store = HeldUp(part, whole)
    app = LbtuiApp(store=store, preferences=Preferences())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        console = Console(app, pilot)
        await console.press("3")
        await console.shows("reading, 1 of 4 files")
        await console.shows("▌local")
        assert app.main.selected_ref is not None
        for key in ("e", "n", "d", "E"):
            await console.press(key)
        await console.shows("Nothing can be edited yet: reading, 1 of 4 files")
        assert not app.is_asking
        for key in "Z A s u ctrl+r U R f F w W x c = m t T L 0 7 8 9 5 ! / escape o O 3".split():
            await console.press(key, "escape")
        await console.until(lambda: not app.is_asking, "nothing is asked any more")
        await console.until(lambda: not app.is_asking, "nothing is asked any more")
        assert not app.state.history.is_modified
        store.go_on.set()
        await console.settled()
        await console.until(lambda: "reading" not in console.bar("title"), "all is read")
        await console.press("3", "e")
        await console.dialog("FormScreen")


async def test_what_is_edited_is_read_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(100):
        (folder / f"{number}.yaml").write_text("---\n".join(map(_service, range(20))))
    pool = (write_cluster(tmp_path / "cluster") / "pools.yaml").read_text()
    (folder / "zz.yaml").write_text(pool)
    monkeypatch.setattr(file_store, "TELL_SECONDS", 0)
    store, told = FileStore([str(folder)]), list[Reading]()
    loading = asyncio.ensure_future(store.load())
    while not loading.done():
        await asyncio.sleep(0)
        if store.reading is not None and store.reading not in told:
            told.append(store.reading)
    snapshot = await loading
    assert told and store.reading is None
    assert all("IPAddressPool" in {ref.kind for ref in one.resources.refs()} for one in told)
    assert [one.files for one in told] == sorted({one.files for one in told})
    assert len(snapshot.resources) == 100 * 20 + len(told[0].resources.by_kind("IPAddressPool"))


def _service(number: int) -> str:
    return (
        f"apiVersion: v1\nkind: Service\nmetadata:\n  name: web-{number}\n"
        "spec:\n  type: LoadBalancer\n"
    )
