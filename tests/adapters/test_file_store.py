"""Reading files and folders, and what a save does to them."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from lbtui.adapters.file_store import FileStore
from lbtui.core.diagnostics import Severity
from lbtui.core.editing.edit import add_resource, new_resource, rename_resource, set_field
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.meta import Metadata
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BFDProfile, BGPAdvertisement, IPAddressPool
from lbtui.ports import ConflictError, StoreError

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: {name}, namespace: metallb-system}}
spec:
  addresses:
  - {addresses}   # leased
"""
ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: local, namespace: metallb-system}
spec:
  localPref: 100   # ours
"""
LOCAL = ResourceRef("BGPAdvertisement", "metallb-system", "local")


def pool(name: str, addresses: str = "198.51.100.0/24") -> str:
    return POOL.format(name=name, addresses=addresses)


def names(resources: ResourceSet) -> list[str]:
    return sorted(ref.name for ref in resources.refs())


def with_local_pref(resources: ResourceSet, value: int) -> ResourceSet:
    resource = resources.get(LOCAL)
    assert isinstance(resource, BGPAdvertisement)
    edited = set_field(resource, "spec.localPref", value).resource
    assert edited is not None
    return resources.with_resource(LOCAL, edited)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.yml").write_text(pool("second"))
    (tmp_path / "a.yaml").write_text(pool("first", "192.0.2.0/24"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.yaml").write_text(ADVERTISEMENT)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "d.yaml").write_text(pool("hidden"))
    (tmp_path / "notes.txt").write_text("kind: nothing")
    return tmp_path


async def test_a_folder_is_read_in_order_of_names(folder: Path) -> None:
    snapshot = await FileStore([str(folder)]).load()
    assert [ref.name for ref in snapshot.resources.refs()] == ["first", "second", "local"]
    assert snapshot.diagnostics == ()


async def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    (folder / "link.yaml").symlink_to(folder / "a.yaml")
    snapshot = await FileStore([str(folder / "a.yaml"), str(folder)]).load()
    assert names(snapshot.resources) == ["first", "local", "second"]


async def test_a_field_has_a_place(folder: Path) -> None:
    snapshot = await FileStore([str(folder)]).load()
    locate = snapshot.locate[LOCAL]
    file = str(folder / "sub" / "c.yaml")
    assert str(locate("spec.localPref")) == f"{file}:5:3"
    assert str(locate("spec.peers[3]")) == f"{file}:4:1", "the nearest parent that is there"
    assert str(locate()) == f"{file}:1:1"
    first = snapshot.locate[ResourceRef("IPAddressPool", "metallb-system", "first")]
    assert str(first("spec.addresses[0]")) == f"{folder / 'a.yaml'}:6:5"


async def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.yaml")
    with pytest.raises(StoreError, match="no such file") as caught:
        await FileStore([missing]).load()
    assert missing in str(caught.value)


async def test_an_unreadable_file_among_others_is_a_finding(folder: Path) -> None:
    (folder / "aa.yaml").symlink_to(folder / "nowhere")
    snapshot = await FileStore([str(folder)]).load()
    (finding,) = snapshot.diagnostics
    assert (finding.severity, finding.code) == (Severity.ERROR, "unreadable-file")
    assert finding.place is not None and finding.place.file == str(folder / "aa.yaml")
    assert names(snapshot.resources) == ["first", "local", "second"]


async def test_a_pipe_in_a_folder_does_not_stop_the_reading(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    snapshot = await FileStore([str(folder)]).load()
    assert names(snapshot.resources) == ["first", "local", "second"]


async def test_a_broken_document_hides_no_other(folder: Path) -> None:
    broken = "---\nkind: [unclosed\n"
    (folder / "a.yaml").write_text(pool("first") + broken + "---\n" + pool("third", "192.0.2.0/24"))
    store = FileStore([str(folder)])
    snapshot = await store.load()
    (finding,) = snapshot.diagnostics
    assert finding.code == "bad-yaml" and finding.severity is Severity.ERROR
    assert str(finding.place) == f"{folder / 'a.yaml'}:9:1"
    assert finding.fix
    assert names(snapshot.resources) == ["first", "local", "second", "third"]

    ref = ResourceRef("IPAddressPool", "metallb-system", "third")
    await store.save(rename_resource(snapshot.resources, ref, "fourth")[0])
    assert broken in (folder / "a.yaml").read_text(), "what cannot be read stays as it is"


async def test_a_schema_problem_has_its_line_and_leaves_the_object_out(folder: Path) -> None:
    (folder / "a.yaml").write_text(pool("first") + "  autoAssign: perhaps\n")
    snapshot = await FileStore([str(folder)]).load()
    (finding,) = snapshot.diagnostics
    assert (finding.code, finding.path) == ("wrong-type", "spec.autoAssign")
    assert str(finding.place) == f"{folder / 'a.yaml'}:7:3"
    assert names(snapshot.resources) == ["local", "second"]


async def test_an_empty_folder_opens_and_takes_new_resources(tmp_path: Path) -> None:
    store = FileStore([str(tmp_path)])
    snapshot = await store.load()
    assert [finding.code for finding in snapshot.diagnostics] == ["empty-folder"]
    assert len(snapshot.resources) == 0

    new, _ = add_resource(snapshot.resources, new_resource(BFDProfile, "fast"))
    report = await store.save(new)

    assert report.files == (str(tmp_path / "lbtui.yaml"),)
    assert (tmp_path / "lbtui.yaml").read_text() == (
        "apiVersion: metallb.io/v1beta1\n"
        "kind: BFDProfile\n"
        "metadata:\n"
        "  name: fast\n"
        "  namespace: metallb-system\n"
        "spec: {}\n"
    )
    assert report.snapshot.diagnostics == ()
    assert report.snapshot.resources == new


async def test_a_folder_without_anything_of_interest_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\n")
    snapshot = await FileStore([str(tmp_path)]).load()
    assert [finding.code for finding in snapshot.diagnostics] == ["no-resources"]


async def test_standard_input_is_read_and_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    octets = io.BytesIO(ADVERTISEMENT.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(octets))
    store = FileStore(["-"])
    snapshot = await store.load()
    assert names(snapshot.resources) == ["local"]
    assert snapshot.locate[LOCAL]("spec.localPref").file == "-"
    assert store.read_only
    with pytest.raises(StoreError, match="standard input"):
        await store.save(with_local_pref(snapshot.resources, 200))


async def test_a_pipe_is_read_and_never_written(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=[ADVERTISEMENT])
    writer.start()
    store = FileStore([str(pipe)])
    snapshot = await store.load()
    writer.join()
    assert names(snapshot.resources) == ["local"]
    with pytest.raises(StoreError, match="pipe"):
        await store.save(with_local_pref(snapshot.resources, 200))


async def test_a_save_writes_only_the_files_concerned(folder: Path) -> None:
    store = FileStore([str(folder)])
    snapshot = await store.load()
    before = {path: path.stat() for path in folder.rglob("*.y*ml")}
    report = await store.save(with_local_pref(snapshot.resources, 200))
    file = folder / "sub" / "c.yaml"
    assert report.files == (str(file),)
    assert file.read_text() == ADVERTISEMENT.replace("100", "200")
    for path, status in before.items():
        assert path == file or path.stat() == status
    assert not list(folder.rglob(".*.tmp"))
    assert await store.changed() == ()


async def test_undone_and_saved_the_files_are_what_they_were(folder: Path) -> None:
    old = {path: path.read_bytes() for path in folder.rglob("*.y*ml")}
    store = FileStore([str(folder)])
    snapshot = await store.load()
    await store.save(with_local_pref(snapshot.resources, 200))
    await store.save(snapshot.resources)
    assert {path: path.read_bytes() for path in folder.rglob("*.y*ml")} == old


async def test_a_new_resource_goes_behind_the_last_of_its_kind(folder: Path) -> None:
    store = FileStore([str(folder)])
    snapshot = await store.load()
    added = new_resource(IPAddressPool, "third")
    added = set_field(added, "spec.addresses", ["203.0.113.0/24"]).resource or added
    report = await store.save(add_resource(snapshot.resources, added)[0])
    assert report.files == (str(folder / "b.yml"),)
    assert (folder / "b.yml").read_text() == pool("second") + (
        "---\napiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata:\n  name: third\n"
        "  namespace: metallb-system\nspec:\n  addresses:\n  - 203.0.113.0/24\n"
    )


async def test_a_renamed_resource_keeps_its_place_and_comments(folder: Path) -> None:
    store = FileStore([str(folder)])
    snapshot = await store.load()
    ref = ResourceRef("IPAddressPool", "metallb-system", "first")
    report = await store.save(rename_resource(snapshot.resources, ref, "new")[0])
    assert report.files == (str(folder / "a.yaml"),)
    assert (folder / "a.yaml").read_text() == pool("new", "192.0.2.0/24")


async def test_renamed_and_edited_it_keeps_its_place_and_comments(folder: Path) -> None:
    file = folder / "sub" / "c.yaml"
    file.write_text("# for the office\n" + ADVERTISEMENT + "  aggregationLength: 24  # agreed\n")
    store = FileStore([str(folder)])
    snapshot = await store.load()
    renamed, _ = rename_resource(with_local_pref(snapshot.resources, 200), LOCAL, "near")
    await store.save(renamed)
    expected = ADVERTISEMENT.replace("name: local", "name: near").replace("100", "200")
    assert file.read_text() == f"# for the office\n{expected}  aggregationLength: 24  # agreed\n"


async def test_of_two_with_one_name_the_right_one_is_changed(tmp_path: Path) -> None:
    text = pool("twin", "192.0.2.0/24") + "---\n" + pool("twin", "198.51.100.0/24")
    (tmp_path / "a.yaml").write_text(text)
    store = FileStore([str(tmp_path)])
    snapshot = await store.load()
    second = ResourceRef("IPAddressPool", "metallb-system", "twin", 1)
    resource = snapshot.resources.get(second)
    assert isinstance(resource, IPAddressPool)
    edited = set_field(resource, "spec.addresses", ["203.0.113.0/24"]).resource
    assert edited is not None
    await store.save(snapshot.resources.with_resource(second, edited))
    assert (tmp_path / "a.yaml").read_text() == text.replace("198.51.100", "203.0.113")

    report = await store.save(
        snapshot.resources.with_resource(second, edited).without(second._replace(ordinal=0))
    )
    assert (tmp_path / "a.yaml").read_text() == "---\n" + pool("twin", "203.0.113.0/24")
    assert names(report.snapshot.resources) == ["twin"]


async def test_a_file_changed_by_someone_else_is_not_overwritten(folder: Path) -> None:
    store = FileStore([str(folder)])
    snapshot = await store.load()
    file = folder / "sub" / "c.yaml"
    file.write_text(ADVERTISEMENT + "# a colleague's line\n")
    theirs = file.read_bytes()
    assert await store.changed() == (str(file),)

    new = with_local_pref(snapshot.resources, 200)
    with pytest.raises(ConflictError) as caught:
        await store.save(new)
    assert caught.value.files == (str(file),)
    assert str(file) in str(caught.value)
    assert file.read_bytes() == theirs

    theirs_now = await store.look()
    with pytest.raises(ConflictError):
        await store.save(new)
    store.take(theirs_now)
    report = await store.save(new)
    assert file.read_text() == ADVERTISEMENT.replace("100", "200") + "# a colleague's line\n"
    assert report.snapshot.resources == new


async def test_a_change_elsewhere_does_not_stand_in_the_way(folder: Path) -> None:
    store = FileStore([str(folder)])
    snapshot = await store.load()
    (folder / "a.yaml").write_text("# emptied\n")
    report = await store.save(with_local_pref(snapshot.resources, 200))
    assert report.files == (str(folder / "sub" / "c.yaml"),)
    assert (folder / "a.yaml").read_text() == "# emptied\n"


async def test_a_file_that_went_away_is_a_conflict(folder: Path) -> None:
    store = FileStore([str(folder)])
    snapshot = await store.load()
    (folder / "sub" / "c.yaml").unlink()
    with pytest.raises(ConflictError):
        await store.save(with_local_pref(snapshot.resources, 200))
    assert not (folder / "sub" / "c.yaml").exists()


async def test_what_is_only_read_cannot_be_saved(folder: Path) -> None:
    store = FileStore([str(folder)])
    snapshot = await store.load()
    node = Node(metadata=Metadata(name="node-a"))
    with pytest.raises(StoreError, match="Node/node-a"):
        await store.save(snapshot.resources.with_resource(ResourceRef("Node", "", "node-a"), node))


async def test_nothing_is_saved_before_it_was_loaded(folder: Path) -> None:
    with pytest.raises(StoreError):
        await FileStore([str(folder)]).save(ResourceSet())


async def test_reading_again_finds_what_changed(folder: Path) -> None:
    store = FileStore([str(folder)])
    await store.load()
    (folder / "b.yml").write_text(pool("other"))
    snapshot = await store.load()
    assert names(snapshot.resources) == ["first", "local", "other"]
    assert await store.changed() == ()
