"""Random edits of the awkward manifests: what is wanted is read back, every other line stays."""

from __future__ import annotations

import asyncio
import difflib
import random
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lbtui.adapters.file_store import FileStore
from lbtui.core.editing.edit import set_field
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BFDProfile, BGPAdvertisement, BGPPeer, IPAddressPool

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.iterdir() if path.suffix in (".yaml", ".json"))
VALUES: dict[str, dict[str, list[Any]]] = {
    BGPAdvertisement.kind: {
        "spec.localPref": [None, 7, 4000],
        "spec.aggregationLength": [None, 24, 32],
    },
    IPAddressPool.kind: {
        "spec.autoAssign": [None, True, False],
        "spec.avoidBuggyIPs": [None, True],
    },
    BGPPeer.kind: {"spec.peerPort": [None, 179, 1790], "spec.ebgpMultiHop": [None, True]},
    BFDProfile.kind: {"spec.receiveInterval": [None, 50, 300], "spec.echoMode": [None, True]},
}
"""Scalars only: a line each, so that every other line has to stay."""
_COMMENT = re.compile(r"(?:^|\s)#.*$")


def edit_at_random(chance: random.Random, resources: ResourceSet) -> tuple[ResourceSet, int]:
    """The set after a few edits, and how many fields were edited."""
    count = 0
    refs = [ref for ref in resources.refs() if ref.kind in VALUES]
    for ref in chance.sample(refs, chance.randint(1, min(3, len(refs)))):
        path, values = chance.choice(list(VALUES[ref.kind].items()))
        resources = _edited(resources, ref, path, chance.choice(values))
        count += 1
    return resources, count


def _edited(resources: ResourceSet, ref: ResourceRef, path: str, value: Any) -> ResourceSet:
    resource: Any = resources.get(ref)
    changed = set_field(resource, path, value).resource
    assert changed is not None
    return resources.with_resource(ref, changed)


def comments(text: str) -> list[str]:
    return [found.group().strip() for line in text.splitlines() if (found := _COMMENT.search(line))]


async def save(file: Path, seed: int, folder: Path) -> None:
    path = folder / file.name
    shutil.copy(file, path)
    store = FileStore([str(path)])
    before = await store.load()
    new, count = edit_at_random(random.Random(seed), before.resources)
    await store.save(new)
    old_text, new_text = (name.read_bytes().decode() for name in (file, path))
    again = await FileStore([str(path)]).load()
    assert again.resources == new
    old, now = old_text.splitlines(keepends=True), new_text.splitlines(keepends=True)
    changed = [line for line in difflib.ndiff(old, now) if line[0] in "+-"]
    gone = [line for line in changed if line[0] == "-"]
    if "*" not in old_text:  # an alias of what changes is written out, on its own line
        assert len(gone) <= count and len(changed) <= 2 * count + _opened(changed), changed
    removed = [line[2:] for line in gone]
    kept = [line for line in old if line not in removed]
    remaining = iter(comments(new_text))
    assert all(one in remaining for one in comments("".join(kept)))


def _opened(changed: list[str]) -> int:
    """A last line without line end, one that needs a comma now, an empty record: one line more."""
    return sum(not line.endswith("\n") or line.rstrip().endswith((",", "{}")) for line in changed)


def test_the_corpus_is_there() -> None:
    assert len(FILES) >= 15


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.sampled_from([f for f in FILES if f.suffix == ".yaml"]), st.integers(0, 2**32 - 1))
def test_random_edits_keep_what_they_do_not_touch(file: Path, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(save(file, seed, Path(folder)))
