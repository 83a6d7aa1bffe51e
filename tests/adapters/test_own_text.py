"""A manifest's own text, shown and taken back: comments and layout that no resource holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.adapters.file_store import FileStore
from lbtui.core.editing.edit import set_field
from lbtui.core.editing.secrecy import without_secrets
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BGPAdvertisement, MetalLBResource
from lbtui.core.objects.rewording import reworded

CORPUS = Path(__file__).parent / "corpus"
LOCAL = ResourceRef("BGPAdvertisement", "metallb-system", "local")
TOR = ResourceRef("BGPPeer", "metallb-system", "tor")
ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: local, namespace: metallb-system}
spec:
  # as agreed
  localPref: 100   # ours
"""
PEER = """\
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec:
  myASN: 64512
  peerASN: 64513
  peerAddress: 192.0.2.1   # top of rack
  password: fortytwo
"""


async def opened(folder: Path, text: str) -> tuple[FileStore, ResourceSet, Path]:
    file = folder / "all.yaml"
    file.write_bytes(text.encode())
    store = FileStore([str(file)])
    return store, (await store.load()).resources, file


def with_pref(resources: ResourceSet, value: int) -> ResourceSet:
    local = resources.get(LOCAL)
    assert isinstance(local, BGPAdvertisement)
    edited = set_field(local, "spec.localPref", value).resource
    assert edited is not None
    return resources.with_resource(LOCAL, edited)


def own(store: FileStore, resources: ResourceSet, ref: ResourceRef = LOCAL) -> str | None:
    bare = without_secrets(resources.get(ref)).resources[0]
    return store.own_text(ref, bare, resources.respelled)


def typed(store: FileStore, resources: ResourceSet, old: str, new: str) -> ResourceSet:
    """The set once the user typed `new` over `old` in the text of LOCAL."""
    shown = own(store, resources)
    assert shown is not None and shown.count(old) == 1
    text = shown.replace(old, new)
    assert store.is_reworded(shown, text)
    return resources.with_respelled(reworded(resources.respelled, LOCAL, shown, text))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "# all of ours\n---   # first\n"])
@pytest.mark.parametrize("after", ["", f"---\n{PEER}"])
async def test_a_comment_is_written_and_every_other_octet_stays(
    tmp_path: Path, newline: str, before: str, after: str
) -> None:
    text = (before + ADVERTISEMENT + after).replace("\n", newline)
    if not after:
        text = text.removesuffix(newline)
    store, resources, file = await opened(tmp_path, text)
    shown = own(store, resources)
    assert shown is not None and shown.startswith("apiVersion") and "\r" not in shown
    await store.save(typed(store, resources, "as agreed", "as agreed in May\n  # by mail"))
    wanted = text.replace("as agreed", f"as agreed in May{newline}  # by mail")
    assert file.read_bytes() == wanted.encode()


async def test_values_that_change_later_are_changed_in_the_text_as_typed(tmp_path: Path) -> None:
    store, resources, file = await opened(tmp_path, ADVERTISEMENT)
    edited = typed(store, with_pref(resources, 150), "# ours", "# theirs")
    edited = with_pref(edited, 200)
    assert own(store, edited) == ADVERTISEMENT.replace("100   # ours", "200   # theirs")
    edited = typed(store, edited, "# theirs", "# nobody's")
    assert len(edited.respelled) == 1
    await store.save(edited)
    assert file.read_text() == ADVERTISEMENT.replace("100   # ours", "200   # nobody's")
    await store.save(resources)
    assert file.read_text() == ADVERTISEMENT, "taken back"


async def test_a_text_that_changed_underneath_keeps_its_own_comments(tmp_path: Path) -> None:
    store, resources, file = await opened(tmp_path, ADVERTISEMENT)
    edited = with_pref(typed(store, resources, "as agreed", "as agreed in May"), 200)
    theirs = ADVERTISEMENT.replace("as agreed", "see the contract")
    file.write_text(theirs)
    store.take(await store.look())
    (change,) = await store.changes(edited)
    assert "BGPAdvertisement/local as typed are not written" in change.notice
    await store.save(edited)
    assert file.read_text() == theirs.replace("100", "200")


async def test_values_alone_are_no_rewording(tmp_path: Path) -> None:
    store, resources, _ = await opened(tmp_path, ADVERTISEMENT)
    shown = own(store, resources)
    assert shown is not None
    assert not store.is_reworded(shown, shown.replace("100", "200"))
    assert store.is_reworded(shown, shown.replace("100", "0x64"))


async def test_what_shares_a_document_or_is_new_has_no_text_of_its_own(tmp_path: Path) -> None:
    rows = ADVERTISEMENT.splitlines()
    items = "- " + "\n  ".join(rows) + "\n"
    store, resources, _ = await opened(tmp_path, f"kind: List\napiVersion: v1\nitems:\n{items}")
    assert resources.get(LOCAL) is not None and own(store, resources) is None


async def test_a_password_is_not_in_the_text_and_stays_in_the_file(tmp_path: Path) -> None:
    store, resources, _ = await opened(tmp_path, PEER)
    assert own(store, resources, TOR) == PEER.replace("  password: fortytwo\n", "")
    store, resources, _ = await opened(tmp_path, PEER + "# password: fortytwo\n")
    assert own(store, resources, TOR) is None, "a comment tells it"


@pytest.mark.parametrize("sample", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
async def test_a_comment_on_any_awkward_manifest_is_one_line_more(
    tmp_path: Path, sample: Path
) -> None:
    file = tmp_path / sample.name
    file.write_bytes(sample.read_bytes())
    store = FileStore([str(file)])
    resources = (await store.load()).resources
    for ref in list(resources.refs()):
        if not isinstance(resources.get(ref), MetalLBResource):
            continue
        shown = own(store, resources, ref)
        if shown is None:
            continue
        assert not store.is_reworded(shown, shown)
        text = f"# typed\n{shown}"
        edited = resources.with_respelled(reworded(frozenset(), ref, shown, text))
        bare = without_secrets(resources.get(ref))
        if bare.omitted:
            continue
        before = file.read_bytes()
        await store.save(edited)
        after = file.read_bytes()
        assert len(after.splitlines()) == len(before.splitlines()) + 1
        assert after.replace(b"# typed\r\n", b"").replace(b"# typed\n", b"") == before
        await store.save(resources)
        assert file.read_bytes() == before
