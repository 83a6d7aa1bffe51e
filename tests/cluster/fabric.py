"""Nodes and two BIRD routers on one Ethernet, each node in a network namespace of its own."""

from __future__ import annotations

import ctypes
import itertools
import os
import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.interop.routers.base import RouterProcess, program, until

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_numbers = itertools.count(1)
API = "192.0.2.250"
ROUTERS = {"tor-a": "192.0.2.1", "tor-b": "192.0.2.2"}
ASN, NODE_ASN = 64513, 64512


class Fabric:
    """The namespaces; made and removed by `fabric`."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self._name = f"lbtui-{os.getpid()}-f{next(_numbers)}"
        self.nodes = {name: f"192.0.2.{11 + i}" for i, name in enumerate(nodes)}

    def inside(self, node: str = "") -> tuple[str, ...]:
        """What to put before a command to run it on a node; without one, where the routers are."""
        return ("ip", "netns", "exec", f"{self._name}{f'-{node}' if node else ''}")

    def run(self, *command: str, node: str = "") -> None:
        subprocess.run([*self.inside(node), *command], check=True, capture_output=True)

    def make(self) -> None:
        self._add("")
        self.run("ip", "link", "add", "lan", "type", "bridge")
        for address in (*ROUTERS.values(), API):
            self.run("ip", "address", "add", f"{address}/24", "dev", "lan")
        self.run("ip", "link", "set", "lan", "up")
        for i, (node, address) in enumerate(self.nodes.items()):
            self._add(node)
            other = ("peer", "name", "eth0", "netns", f"{self._name}-{node}")
            self.run("ip", "link", "add", f"port{i}", "type", "veth", *other)
            self.run("ip", "link", "set", f"port{i}", "master", "lan", "up")
            self.run("ip", "address", "add", f"{address}/24", "dev", "eth0", node=node)
            self.run("ip", "link", "set", "eth0", "up", node=node)

    def _add(self, node: str) -> None:
        subprocess.run(["ip", "netns", "add", self.inside(node)[-1]], check=True)
        self.run("ip", "link", "set", "lo", "up", node=node)

    def cut(self, node: str) -> None:
        """Pull the node's cable."""
        self.run("ip", "link", "set", f"port{list(self.nodes).index(node)}", "down")

    def remove(self) -> None:
        for node in ("", *self.nodes):
            subprocess.run(["ip", "netns", "delete", self.inside(node)[-1]], check=False)

    def listening(self, port: int) -> socket.socket:
        """A socket that listens where the routers are; one thread goes there and ends."""

        def make() -> socket.socket:
            libc = ctypes.CDLL(None, use_errno=True)
            with open(f"/run/netns/{self._name}") as there:
                if libc.setns(there.fileno(), _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            made = socket.socket()
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((API, port))
            made.listen()
            return made

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(make).result()


@contextmanager
def fabric(*nodes: str) -> Iterator[Fabric]:
    """Make it; all is gone afterwards."""
    made = Fabric(nodes)
    try:
        made.make()
        yield made
    finally:
        made.remove()


class Tor:
    """A BIRD with a session to every node, which imports everything."""

    def __init__(self, folder: Path, name: str, where: Fabric) -> None:
        folder.mkdir()
        self._folder, self._nodes = folder, where.nodes
        self._process = RouterProcess(folder, where.inside())
        address = ROUTERS[name]
        sessions = "".join(
            f"protocol bgp {node.replace('-', '_')} {{\n"
            f"  local {address} port 179 as {ASN}; neighbor {their} as {NODE_ASN};\n"
            "  passive on; strict bind on; hold time 3; error wait time 1, 2;\n"
            "  ipv4 { import all; export none; add paths off; };\n}\n"
            for node, their in where.nodes.items()
        )
        head = f"log stderr all;\nrouter id {address};\nprotocol device {{}}\n"
        (folder / "bird.conf").write_text(head + sessions)

    async def start(self) -> None:
        command = (program("bird"), "-f", "-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid")
        await self._process.start(*command)

        async def answers() -> bool:
            return (self._folder / "bird.ctl").exists()

        await until(answers, "BIRD's control socket", explain=lambda: self._process.log)

    async def stop(self) -> None:
        await self._process.stop()

    async def routes(self) -> dict[str, set[str]]:
        """Node → prefixes that it sends."""
        found = {}
        for node in self._nodes:
            words = ("show", "route", "protocol", node.replace("-", "_"))
            client = (program("birdc"), "-s", self._folder / "bird.ctl")
            text = await self._process.output_of(*client, *words)
            found[node] = set(re.findall(r"^(\S+/\d+)\s", text, re.MULTILINE))
        return found
