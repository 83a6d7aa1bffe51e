"""Manifests as text: an alias used in five places, comments, a broken file among good ones."""

from __future__ import annotations

import difflib
from pathlib import Path

from tests.support.manifests import write_cluster
from tests.terminal.conftest import OpenConsole
from tests.terminal.tasks.forms import accept, find_field, save, write

ADVERTISEMENT = """\
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: site-{number}
  namespace: metallb-system
spec:
  ipAddressPools: [public]
  localPref: 100
  communities: [ NO_ADVERTISE , "large:64512:1:{number}" ] # site {number}
  peers: [tor]
"""


def changed_lines(before: str, after: str) -> list[str]:
    """The lines that differ, with + and -."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_an_alias_used_in_five_places_is_renamed(console: OpenConsole, tmp_path: Path) -> None:
    """The references follow, and nothing else in their files moves."""
    folder = write_cluster(tmp_path / "cluster")
    file = folder / "advertisements.yaml"
    more = "".join(ADVERTISEMENT.format(number=number) for number in range(1, 5))
    file.write_text(file.read_text() + more)
    before = file.read_text()
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("4", "e")
    terminal.wait_for("Edit Community/well-known")
    find_field(terminal, r"communities[0]")
    terminal.press("C-u")
    terminal.type("INSIDE = 65535:65282")
    terminal.wait_for("INSIDE = 65535:65282")
    accept(terminal)
    terminal.wait_for("modified 6")
    save(terminal)
    changes = changed_lines(before, file.read_text())
    assert [line for line in changes if line[0] == "+"] == [
        "+   - INSIDE",
        *(f'+   communities: [ INSIDE , "large:64512:1:{n}" ] # site {n}' for n in range(1, 5)),
    ]
    assert len(changes) == 10


def test_a_comment_is_written_into_the_manifest(console: OpenConsole, tmp_path: Path) -> None:
    """`y` shows the text as it stands in the file; what is typed there is saved as typed."""
    folder = write_cluster(tmp_path / "cluster")
    file = folder / "pools.yaml"
    before = file.read_text()
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("1", "y")
    terminal.wait_for("# Bought in 2019.")
    terminal.press("C-Home", "End")
    terminal.type(" Paid until 2031.")
    terminal.wait_for("# Bought in 2019. Paid until 2031.")
    terminal.press("C-s")
    terminal.wait_for("modified 1")
    save(terminal)
    assert changed_lines(before, file.read_text()) == [
        "- # Bought in 2019.",
        "+ # Bought in 2019. Paid until 2031.",
    ]


def test_a_broken_file_among_good_ones_is_left_as_it_is(
    console: OpenConsole, tmp_path: Path
) -> None:
    """It is named with its line; the others can be edited and saved meanwhile."""
    folder = write_cluster(tmp_path / "cluster")
    broken = folder / "broken.yaml"
    broken.write_text("kind: [IPAddressPool\n# half written\n")
    terminal = console("cluster")
    terminal.wait_for("1 error")
    terminal.press("9")
    terminal.wait_for("broken.yaml:3")
    terminal.press("3")
    terminal.wait_for("^▌local ")
    terminal.press("e")
    terminal.wait_for("Edit BGPAdvertisement/local")
    find_field(terminal, "localPref")
    write(terminal, "150")
    accept(terminal)
    save(terminal)
    assert "localPref: 150   # the other site" in (folder / "advertisements.yaml").read_text()
    assert broken.read_text() == "kind: [IPAddressPool\n# half written\n"
