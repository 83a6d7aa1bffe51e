"""What the README says is so: its example runs, its commands, themes and pictures exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lbtui.tui.commands import ACTIONS
from tests.interop.routers.base import missing
from tests.support.command import Lbtui
from tests.support.environment import CHECKOUT

README = (CHECKOUT / "README.md").read_text()
FILES = dict(re.findall(r"`([\w.]+)`:\n\n```\w*\n(.*?)```", README, re.DOTALL))
"""The example's files: the name in front of each block."""
EXPECTED = ("198.51.100.10/32", "2001:db8:100::10/128")
ROUTERS = {
    "BIRD": ("bird -f -c bird.conf -s bird.ctl -P bird.pid", "birdc -s bird.ctl show route"),
    "FRR": (
        "/usr/lib/frr/bgpd -n -Z -S -f $PWD/bgpd.conf -i $PWD/bgpd.pid -l 192.0.2.1 -p 1790 -P 0 "
        "--vty_socket $PWD",
        "vtysh --vty_socket $PWD -c 'show bgp ipv4 unicast' -c 'show bgp ipv6 unicast'",
    ),
    "GoBGP": ("gobgpd -f gobgpd.toml", "gobgp global rib; gobgp global rib -a ipv6"),
}
PROGRAMS = {"BIRD": ("bird", "birdc"), "FRR": ("bgpd", "vtysh"), "GoBGP": ("gobgpd", "gobgp")}
SCRIPT = """
set -e
ip link set lo up
{addresses}
lbtui() {{ {python} -m lbtui "$@"; }}
is_up() {{ lbtui sessions | grep -q Established; }}
read_routes() {{ {read}; }}
has_routes() {{ read_routes 2>&1 | grep -qF {last}; }}
wait_for() {{
    for _ in $(seq 200); do "$1" && return; sleep 0.1; done
    echo "not: $1"; exit 1
}}
{daemon} >router.log 2>&1 &
trap 'lbtui speaker stop; kill %1; cat router.log >&2' EXIT
lbtui speaker start
lbtui speaker apply lab.yaml
wait_for is_up
wait_for has_routes
read_routes
"""


def test_it_names_the_examples_files() -> None:
    assert FILES.keys() == {"lab.yaml", "bird.conf", "bgpd.conf", "gobgpd.toml"}


@pytest.mark.parametrize("router", ROUTERS)
def test_the_worked_example_brings_the_routes_to_a_router(
    lbtui: Lbtui, tmp_path: Path, router: str
) -> None:
    absent = missing((*PROGRAMS[router], "unshare", "ip"))
    if os.geteuid() != 0 or absent:
        pytest.skip(f"needs root for a network of its own, and is without: {absent or 'root'}")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    daemon, read = ROUTERS[router]
    addresses = "\n".join(re.findall(r"^    (ip address add .*)$", README, re.MULTILINE))
    assert addresses.count("\n") == 2
    script = SCRIPT.format(
        addresses=addresses, python=sys.executable, daemon=daemon, read=read, last=EXPECTED[-1]
    )
    paths = f"{lbtui.environment['PATH']}:/usr/sbin:/sbin"
    done = subprocess.run(
        ["unshare", "--net", "bash", "-c", script],
        cwd=tmp_path,
        env={**lbtui.environment, "PATH": paths},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(prefix in done.stdout for prefix in EXPECTED)


def test_every_picture_exists() -> None:
    pictures = re.findall(r"\]\((screenshots/\w+\.svg)\)", README)
    assert len(pictures) >= 3
    for picture in pictures:
        text = (CHECKOUT / picture).read_text()
        assert text.startswith("<svg")
        assert "@font-face" not in text


def test_every_theme_it_names_is_shipped_and_the_other_way_round() -> None:
    shipped = {file.stem for file in (CHECKOUT / "themes").glob("*.yaml")}
    line = README[README.index("Themes:") :].split(";")[0]
    assert shipped == set(re.findall(r"`(?:--theme )?([\w-]+)`", line))


def test_its_commands_are_understood(lbtui: Lbtui) -> None:
    table = README[README.index("## Commands for scripts") : README.index("    $ lbtui diff")]
    words = {tuple(found.split()) for found in re.findall(r"`lbtui ((?:[a-z]+ ?)+)", table)}
    assert {("lint",), ("speaker", "apply"), ("sessions",)} <= words
    for command in words:
        assert lbtui(*command, "--help").returncode == 0, command


def test_every_key_of_a_command_is_in_its_table() -> None:
    table = README[README.index("| key | does |") : README.index("In the edit form")]
    keys = {command.key for command in ACTIONS if command.key}
    assert len(keys) > 10
    assert {key for key in keys if f"`{key}`" not in table} == set()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_its_make_targets_exist() -> None:
    targets = set(re.findall(r"\bmake (\w+)`", README)) | set(
        re.findall(r"^    make (\w+)", README)
    )
    assert {"bench", "screenshots", "run"} <= targets | {"run"}
    for target in sorted(targets):
        done = subprocess.run(
            ["make", "-n", target], cwd=CHECKOUT, capture_output=True, check=False
        )
        assert done.returncode == 0, target
