"""Two hosts on one Ethernet link: network namespaces joined by a veth pair."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.interop.routers.base import Setup
from tests.support.ports import free_port

INTERFACE = "eth0"
"""In both namespaces."""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Host:
    """One end."""

    namespace: str
    ipv4: str
    ipv6: str
    link_local: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What to put before a command to run it here."""
        return ("ip", "netns", "exec", self.namespace)

    def run(self, *command: str) -> str:
        """Run a command here to its end, and give what it says."""
        done = subprocess.run([*self.prefix, *command], check=True, capture_output=True, text=True)
        return done.stdout

    def address(self, family: int) -> str:
        return self.ipv4 if family == 4 else self.ipv6


@dataclass(frozen=True, slots=True)
class Link:
    """Where the speaker runs, and where the router."""

    speaker: Host
    router: Host

    def setup(self, family: int, **fields: object) -> Setup:
        """An eBGP session over the link."""
        return Setup(
            address=self.router.address(family),
            port=free_port("127.0.0.1"),
            asn=64513,
            peer_address=self.speaker.address(family),
            peer_port=free_port("127.0.0.1"),
            peer_asn=64512,
            prefix=self.router.prefix,
            **fields,  # type: ignore[arg-type]
        )


@contextmanager
def joined() -> Iterator[Link]:
    """Make the namespaces and the cable; both are gone afterwards."""
    number = next(_numbers)
    speaker, router = (
        Host(
            f"lbtui-{os.getpid()}-{number}-{end}",
            f"192.0.2.{end}",
            f"2001:db8::{end}",
            f"fe80::{end}",
        )
        for end in (1, 2)
    )
    try:
        for host in (speaker, router):
            subprocess.run(["ip", "netns", "add", host.namespace], check=True)
            # Addresses are usable at once, and the only link-local one is the one given here.
            for setting in ("accept_dad=0", "addr_gen_mode=1"):
                host.run("sysctl", "-qw", f"net.ipv6.conf.default.{setting}")
            host.run("ip", "link", "set", "lo", "up")
        other = ("peer", "name", INTERFACE, "netns", router.namespace)
        speaker.run("ip", "link", "add", INTERFACE, "type", "veth", *other)
        for host in (speaker, router):
            for address in (f"{host.ipv4}/24", f"{host.ipv6}/64", f"{host.link_local}/64"):
                host.run("ip", "address", "add", address, "dev", INTERFACE)
            host.run("ip", "link", "set", INTERFACE, "up")
        yield Link(speaker, router)
    finally:
        for host in (speaker, router):
            subprocess.run(["ip", "netns", "delete", host.namespace], check=False)
