"""FRR's bgpd alone, without zebra, read back with `vtysh -c 'show bgp ... json'`."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any, ClassVar

from tests.interop.routers.base import (
    CONNECT_RETRY,
    RouterProcess,
    SeenRoute,
    Setup,
    program,
    until,
)

_WELL_KNOWN = {
    "noExport": "65535:65281",
    "noAdvertise": "65535:65282",
    "localAs": "65535:65283",
    "noPeer": "65535:65284",
    "gracefulShutdown": "65535:0",
    "blackhole": "65535:666",
}


class Frr:
    name: ClassVar[str] = "FRR"
    programs: ClassVar[tuple[str, ...]] = ("bgpd", "vtysh")

    def __init__(self, folder: Path, setup: Setup) -> None:
        self._setup, self._vty = setup, folder / "vty"
        self._process = RouterProcess(folder, setup.prefix)
        self._vty.mkdir()
        (folder / "bgpd.conf").write_text(configuration(setup))
        (folder / "vtysh.conf").write_text("")

    async def start(self) -> None:
        setup = self._setup
        await self._process.start(
            program("bgpd"),
            *("-S", "-n", "-Z", "-f", "bgpd.conf", "-i", "bgpd.pid", "-P", "0"),
            *("-l", setup.address, "-p", str(setup.port)),
            *("--vty_socket", self._vty, "--log", "stdout"),
        )
        await until(self._answers, "bgpd's vty", explain=lambda: self.log)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        await self._process.stop(number)

    def signal(self, number: signal.Signals) -> None:
        self._process.signal(number)

    async def is_established(self) -> bool:
        return await self.session_count() == 1

    async def session_count(self) -> int:
        text = await self._ask(f"show bgp neighbors {self._peer} json")
        peers = json.loads(text)
        return sum(
            peer.get("bgpState") == "Established"
            for peer in peers.values()
            if isinstance(peer, dict)
        )

    async def routes(self) -> tuple[SeenRoute, ...]:
        found: list[SeenRoute] = []
        for family in self._setup.families:
            table = json.loads(await self._ask(f"show bgp {family} unicast json"))
            prefixes = list(table["routes"])
            if prefixes:
                questions = [f"show bgp {family} unicast {prefix} json" for prefix in prefixes]
                found += map(self._route, _documents(await self._ask(*questions)))
        return tuple(sorted(found))

    async def ask_again(self) -> None:
        """Send ROUTE-REFRESH for every family."""
        await self._ask(f"clear bgp {self._setup.peer_address} soft in")
        await self._ask(f"clear bgp ipv6 {self._setup.peer_address} soft in")

    async def stale(self) -> tuple[str, ...]:
        """Prefixes that it keeps though the session is down."""
        found = []
        for family in self._setup.families:
            table = json.loads(await self._ask(f"show bgp {family} unicast json"))
            found += [
                prefix
                for prefix, paths in table["routes"].items()
                if any(path.get("stale") for path in paths)
            ]
        return tuple(sorted(found))

    async def last_error(self) -> str:
        """What it says of the last connection's end."""
        address = self._setup.peer_address
        peers = json.loads(await self._ask(f"show bgp neighbors {address} json"))
        found = peers[address]
        return " ".join(
            str(found.get(name, ""))
            for name in ("lastNotificationReason", "lastShutdownDescription")
        )

    async def shut_down(self, text: str) -> None:
        """Close the session with a shutdown communication."""
        await self._ask(
            "configure terminal",
            f"router bgp {self._setup.asn}",
            f"neighbor {self._setup.peer_address} shutdown message {text}",
        )

    @property
    def _peer(self) -> str:
        return self._setup.interface or self._setup.peer_address

    @property
    def log(self) -> str:
        return self._process.log

    def _route(self, entry: dict[str, Any]) -> SeenRoute:
        (path,) = entry["paths"]
        segments = path["aspath"].get("segments", [])
        return SeenRoute(
            prefix=entry["prefix"],
            next_hop=path["nexthops"][0]["ip"],
            as_path=tuple(asn for segment in segments for asn in segment["list"]),
            local_pref=path.get("locPrf") if self._setup.is_ibgp else None,
            communities=tuple(
                _WELL_KNOWN.get(item, item) for item in path.get("community", {}).get("list", [])
            ),
            large_communities=tuple(path.get("largeCommunity", {}).get("list", [])),
        )

    async def _ask(self, *commands: str) -> str:
        arguments = [part for command in commands for part in ("-c", command)]
        return await self._process.output_of(
            program("vtysh"), "--vty_socket", self._vty, *arguments
        )

    async def _answers(self) -> bool:
        try:
            text = await self._ask("show bgp summary json")
        except RuntimeError:
            return False
        return text.lstrip().startswith("{")


def _documents(text: str) -> list[dict[str, Any]]:
    """JSON documents that stand one behind the other, one an answer."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (match := re.compile(r"\s*(?=\{)").match(text, at)) is not None:
        document, at = decoder.raw_decode(text, match.end())
        if document:  # empty when the prefix was withdrawn in between
            found.append(document)
    return found


def configuration(setup: Setup) -> str:
    """The text of bgpd.conf."""
    peer = setup.interface or setup.peer_address
    families = "\n".join(
        f" address-family {family} unicast\n  neighbor {peer} activate\n exit-address-family"
        for family in setup.families
    )
    hops = f"neighbor {peer} ebgp-multihop 2"
    if setup.ttl_security:
        hops = f"neighbor {peer} ttl-security hops 1"
    if setup.is_ibgp or setup.has_bfd or setup.interface:
        hops = ""
    who = (
        f"neighbor {peer} interface remote-as" if setup.interface else f"neighbor {peer} remote-as"
    )
    return f"""
log stdout
router bgp {setup.asn}
 bgp router-id {setup.router_id}
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
 {who} {setup.peer_asn}
 neighbor {peer} port {setup.peer_port}
 {"" if setup.interface else f"neighbor {peer} update-source {setup.address}"}
 {hops}
 {f"neighbor {peer} bfd 10 100 100" if setup.has_bfd else ""}
 {f"neighbor {peer} password {setup.password}" if setup.password else ""}
 {f"neighbor {peer} passive" if setup.is_passive else ""}
 neighbor {peer} advertisement-interval 0
 neighbor {peer} timers {setup.hold_time // 3} {setup.hold_time}
 neighbor {peer} timers connect {CONNECT_RETRY}
{setup.options}
{families}
"""
