"""Staged edits as a document: nothing of them is lost but what is secret, and that is told."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbtui.core.editing.edit import set_field
from lbtui.core.editing.merge import merge
from lbtui.core.editing.staged import from_json, restore, staged_edits, to_json
from lbtui.core.objects.cluster_resources import READ
from lbtui.core.objects.decode import load_resources
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.respelling import Respelling
from tests.core.edits import random_cluster, random_edit

TOR = ResourceRef("BGPPeer", "metallb-system", "tor")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def peer(
    password: str | None = None, port: int = 179, annotations: dict[str, str] | None = None
) -> ResourceSet:
    spec: dict[str, Any] = {"myASN": 64512, "peerASN": 64512, "peerPort": port}
    if password is not None:
        spec["password"] = password
    metadata = {"name": "tor", "annotations": annotations or {}}
    manifest = {"apiVersion": "metallb.io/v1beta2", "kind": "BGPPeer", "metadata": metadata}
    return load_resources([{**manifest, "spec": spec}]).resources


def through(base: ResourceSet, mine: ResourceSet, now: ResourceSet) -> Any:
    return restore(from_json(to_json(staged_edits(base, mine))), now)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_edits_come_back_as_they_were(seed: int) -> None:
    chance = random.Random(seed)
    base = mine = random_cluster(chance)
    for _ in range(chance.randint(1, 5)):
        mine = random_edit(chance, mine)
    for kind in READ:  # these are only read, so there is nothing staged of them
        for ref in {*mine.members(kind.kind), *base.members(kind.kind)}:
            old = base.get(ref)
            mine = mine.with_resource(ref, old) if old is not None else mine.without(ref)
    found = through(base, mine, base)
    merged = merge(found.base, found.mine, base)
    assert merged.resources == mine and not merged.clashes and not found.lost


def test_a_password_is_neither_kept_nor_lost() -> None:
    base, mine = peer("hunter2"), peer("hunter2", port=1790)
    text = to_json(staged_edits(base, mine))
    assert b"hunter2" not in text and b"1790" in text
    found = restore(from_json(text), base)
    assert found.lost == ()
    assert merge(found.base, found.mine, base).resources == mine


def test_a_password_typed_is_to_be_typed_again() -> None:
    base, mine = peer("hunter2"), peer("correct-horse", port=1790)
    text = to_json(staged_edits(base, mine))
    assert b"hunter2" not in text and b"correct-horse" not in text
    found = restore(from_json(text), base)
    assert found.lost == ((TOR, "spec.password"),)
    assert merge(found.base, found.mine, base).resources == peer("hunter2", port=1790)


def test_a_new_peers_password_is_to_be_typed_again() -> None:
    found = through(ResourceSet(), peer("hunter2"), ResourceSet())
    assert found.lost == ((TOR, "spec.password"),)
    assert merge(found.base, found.mine, ResourceSet()).resources == peer()


def test_a_deletion_comes_back_although_the_password_was_not_kept() -> None:
    base = peer("hunter2")
    found = through(base, ResourceSet(), base)
    merged = merge(found.base, found.mine, base)
    assert merged.resources == ResourceSet() and not merged.clashes and not found.lost


def test_annotations_that_repeat_a_password_are_left_out_and_put_back() -> None:
    notes = {LAST_APPLIED: '{"spec": "anything"}', "note": "it is hunter2", "other": "kept"}
    base, mine = peer("hunter2", annotations=notes), peer("hunter2", 1790, notes)
    text = to_json(staged_edits(base, mine))
    assert b"hunter2" not in text and b"anything" not in text and b"kept" in text
    found = restore(from_json(text), base)
    assert merge(found.base, found.mine, base).resources == mine


def test_a_misspelling_mended_comes_back_unless_it_is_a_password() -> None:
    base = peer()
    ours = [Respelling(TOR, "spec.peerPrt", "peerPort", 179)]
    secret = set_field(base.get(TOR), "spec.password", "hunter2").resource  # type: ignore[type-var]
    assert secret is not None
    mine = base.with_resource(TOR, secret)
    hidden = getattr(secret, "spec").password  # noqa: B009
    ours.append(Respelling(TOR, "spec.pasword", "password", hidden))
    text = to_json(staged_edits(base, mine.with_respelled(frozenset(ours))))
    assert b"hunter2" not in text
    found = restore(from_json(text), base)
    assert found.mine.respelled == frozenset(ours[:1])
    assert found.lost == ((TOR, "spec.password"),)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\0" * 100,
        b"[]",
        b'{"edits": [{"kind": "BGPPeer"}]}',
        b'{"edits": [{"kind": "Secret", "namespace": "", "name": "a", "mine": {}}]}',
        b'{"edits": [{"kind": "BGPPeer", "namespace": "", "name": "a", "mine": {"spec": 1}}]}',
    ],
)
def test_a_damaged_document_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):
        restore(from_json(text), ResourceSet())
