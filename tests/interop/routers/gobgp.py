"""GoBGP, read back with `gobgp -j`."""

from __future__ import annotations

import json
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
from tests.support.ports import free_port

_ESTABLISHED = 6
_AS_PATH, _NEXT_HOP, _LOCAL_PREF, _COMMUNITIES, _MP_REACH, _LARGE = 2, 3, 5, 8, 14, 32


_RESTART = """
  [neighbors.graceful-restart.config]
    enabled = true
    notification-enabled = true
    restart-time = 90"""
_FAMILY_RESTART = """
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true"""


class GoBgp:
    name: ClassVar[str] = "GoBGP"
    programs: ClassVar[tuple[str, ...]] = ("gobgpd", "gobgp")

    def __init__(self, folder: Path, setup: Setup) -> None:
        self._setup = setup
        self._process = RouterProcess(folder, setup.prefix)
        self._api_port = free_port("127.0.0.1")
        (folder / "gobgpd.toml").write_text(_configuration(setup))

    async def start(self) -> None:
        await self._process.start(
            program("gobgpd"),
            *("-f", "gobgpd.toml", "--api-hosts", f"127.0.0.1:{self._api_port}"),
            "--pprof-disable",
        )
        await until(self._answers, "GoBGP's API", explain=lambda: self.log)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        await self._process.stop(number)

    def signal(self, number: signal.Signals) -> None:
        self._process.signal(number)

    async def is_established(self) -> bool:
        return await self.session_count() == 1

    async def session_count(self) -> int:
        peers = json.loads(await self._ask("neighbor"))
        return sum(peer["state"].get("session_state") == _ESTABLISHED for peer in peers)

    async def routes(self) -> tuple[SeenRoute, ...]:
        found: list[SeenRoute] = []
        for family in self._setup.families:
            text = await self._ask("global", "rib", "-a", family)
            table = json.loads(text) if text.strip() else {}
            found += (self._route(path) for paths in table.values() for path in paths)
        return tuple(sorted(found))

    async def stale(self) -> tuple[str, ...]:
        """Prefixes that it keeps though the session is down."""
        found = []
        for family in self._setup.families:
            text = await self._ask("global", "rib", "-a", family)
            table = json.loads(text) if text.strip() else {}
            found += [key for key, paths in table.items() if any(p.get("stale") for p in paths)]
        return tuple(sorted(found))

    async def last_error(self) -> str:
        """What it says of the last connection's end: only its log has it."""
        return self.log

    async def shut_down(self, text: str) -> None:
        """Close the session with a shutdown communication."""
        await self._ask("neighbor", self._setup.peer_address, "shutdown", "--reason", text)

    @property
    def log(self) -> str:
        return self._process.log

    def _route(self, path: dict[str, Any]) -> SeenRoute:
        attributes = {attribute["type"]: attribute for attribute in path["attrs"]}
        hop = attributes.get(_NEXT_HOP) or attributes[_MP_REACH]
        segments = attributes.get(_AS_PATH, {}).get("as_paths") or []
        local_pref = attributes.get(_LOCAL_PREF, {}).get("value")
        return SeenRoute(
            prefix=path["nlri"]["prefix"],
            next_hop=hop["nexthop"],
            as_path=tuple(asn for segment in segments for asn in segment["asns"]),
            local_pref=local_pref if self._setup.is_ibgp else None,
            communities=tuple(
                f"{value >> 16}:{value & 0xFFFF}"
                for value in attributes.get(_COMMUNITIES, {}).get("communities", [])
            ),
            large_communities=tuple(
                f"{value['ASN']}:{value['LocalData1']}:{value['LocalData2']}"
                for value in attributes.get(_LARGE, {}).get("value", [])
            ),
        )

    async def _ask(self, *command: str) -> str:
        return await self._process.output_of(
            program("gobgp"), "-u", "127.0.0.1", "-p", str(self._api_port), "-j", *command
        )

    async def _answers(self) -> bool:
        try:
            await self._ask("neighbor")
        except RuntimeError:
            return False
        return True


def _configuration(setup: Setup) -> str:
    families = "\n".join(
        f"""  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "{family}-unicast"
{_FAMILY_RESTART if setup.graceful_restart else ""}"""
        for family in setup.families
    )
    multihop = """
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 5"""
    return f"""
[global.config]
  as = {setup.asn}
  router-id = "{setup.router_id}"
  port = {setup.port}
  local-address-list = ["{setup.address}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{setup.peer_address}"
    peer-as = {setup.peer_asn}
    {f'auth-password = "{setup.password}"' if setup.password else ""}
  [neighbors.transport.config]
    remote-port = {setup.peer_port}
    local-address = "{setup.address}"
    passive-mode = {str(setup.is_passive).lower()}
{"" if setup.is_ibgp else multihop}
  [neighbors.timers.config]
    hold-time = {setup.hold_time}
    keepalive-interval = {setup.hold_time // 3}
    connect-retry = {CONNECT_RETRY}
    idle-hold-time-after-reset = 1
{_RESTART if setup.graceful_restart else ""}
{setup.options}
{families}
"""
