"""The journal on disk: whatever becomes of its end, the changes before it are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from speaker.daemon.journal import Journal
from speaker.daemon.seal import digest
from speaker.errors import StorageError

BASE = digest(b"the document")
ENTRIES = [b'{"a":1}', b'{"text":"two words"}', b"{}"]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / "journal")
    for entry in ENTRIES:
        journal.append(BASE, entry)
    journal.close()
    return tmp_path / "journal"


def test_entries_come_back_in_order(written: Path) -> None:
    assert Journal(written).read(BASE) == (ENTRIES, 0)


def test_cut_anywhere_it_has_the_whole_entries_and_goes_on_after_them(written: Path) -> None:
    data = written.read_bytes()
    seen = set()
    for length in range(len(data) + 1):
        written.write_bytes(data[:length])
        journal = Journal(written)
        entries, surplus = journal.read(BASE)
        assert entries == ENTRIES[: len(entries)]
        assert surplus == length - journal.octets
        journal.cut()
        journal.append(BASE, b"new")
        journal.close()
        assert Journal(written).read(BASE) == ([*entries, b"new"], 0)
        seen.add(len(entries))
    assert seen == {0, 1, 2, 3}


def test_any_damaged_octet_ends_it_there(written: Path) -> None:
    data = written.read_bytes()
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 0x20
        written.write_bytes(broken)
        entries, surplus = Journal(written).read(BASE)
        assert entries == ENTRIES[: len(entries)]
        assert len(entries) < len(ENTRIES)
        assert surplus


def test_changes_to_another_document_are_not_taken(written: Path) -> None:
    journal = Journal(written)
    assert journal.read(digest(b"another")) == ([], written.stat().st_size)


def test_what_cannot_be_written_leaves_it_as_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "no such folder" / "journal")
    with pytest.raises(StorageError, match="nothing was changed"):
        journal.append(BASE, b"{}")
    assert journal.octets == 0


def test_removed_it_starts_anew(written: Path) -> None:
    journal = Journal(written)
    journal.read(BASE)
    journal.remove()
    other = digest(b"another")
    journal.append(other, b"1")
    journal.close()
    assert Journal(written).read(other) == ([b"1"], 0)
