"""A sealed document is plain JSON, comes back as it was, and tells of every flipped bit."""

from __future__ import annotations

import json

import pytest

from speaker.daemon.seal import sealed, unsealed
from speaker.errors import DocumentError

DOCUMENT = b'{"generation": 1, "speakers": [], "routeSets": {"rs": []}}'


def test_sealed_is_json_with_one_more_field_and_comes_back() -> None:
    data = sealed(DOCUMENT + b"\n ")
    found = json.loads(data)
    assert found.pop("seal")
    assert found == json.loads(DOCUMENT)
    assert unsealed(data) == unsealed(data + b"\n") == DOCUMENT


def test_what_never_was_sealed_is_taken() -> None:
    assert unsealed(DOCUMENT) == DOCUMENT
    assert unsealed(b"") == b""


def test_every_flipped_bit_is_told_or_leaves_the_document_alone() -> None:
    """In the field's own name it may do the latter: the document is then read unsealed."""
    data, told = sealed(DOCUMENT), 0
    for at in range(len(data)):
        for bit in range(8):
            broken = bytearray(data)
            broken[at] ^= 1 << bit
            try:
                found = unsealed(bytes(broken))
            except DocumentError:
                told += 1
                continue
            assert at >= len(DOCUMENT) - 1
            assert found == bytes(broken)
    assert told >= 8 * (len(DOCUMENT) - 1)


def test_cut_short_is_not_json() -> None:
    data = sealed(DOCUMENT)
    with pytest.raises(ValueError):
        json.loads(unsealed(data[:-1]))
