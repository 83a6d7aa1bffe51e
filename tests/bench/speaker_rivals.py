"""The measured speakers, each given the same routes in the way that it takes many of them."""

from __future__ import annotations

import getpass
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from tests.bench.speaker_sink import LOCAL, LOCAL_ASN, PEER, PEER_ASN
from tests.interop.routers.base import program
from tests.support.ports import free_port

HOP = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Next hops of the routes: a session over loopback has none to give IPv6 prefixes."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be announced, and to where."""

    folder: Path
    prefixes: Sequence[str]
    port: int
    """Of the sink, on PEER."""

    @property
    def version(self) -> int:
        """4 or 6, of all prefixes."""
        return 6 if ":" in self.prefixes[0] else 4


def host_routes(count: int, version: int) -> list[str]:
    """So many host routes."""
    if version == 6:
        return [f"2001:db8:0:1::{at >> 16:x}:{at & 0xFFFF:x}/128" for at in range(count)]
    return [f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}/32" for at in range(count)]


@dataclass(slots=True)
class Running:
    """A started speaker, all its processes and threads."""

    process: subprocess.Popen[bytes]
    then: Callable[[], None] = field(default=lambda: None)
    """Brings the routes in, if the configuration cannot."""

    def cpu(self) -> float:
        """Seconds of CPU so far, to the nanosecond that the kernel counts."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        """MiB resident, at the most."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self) -> None:
        """End it without a goodbye."""
        self.process.kill()
        self.process.wait()


def _start(task: Task, *command: str | Path, **variables: str) -> Running:
    with (task.folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=task.folder, stdout=log, stderr=log, env={**os.environ, **variables}
        )
    return Running(process)


def document(task: Task) -> dict[str, object]:
    """The wanted state with one session."""
    hop = {"nextHop": HOP[6]} if task.version == 6 else {}
    session = {
        "id": "a/sink",
        "peer": "sink",
        "localAsn": LOCAL_ASN,
        "peerAsn": PEER_ASN,
        "address": PEER,
        "sourceAddress": LOCAL,
        "port": task.port,
        "routeSet": "rs",
        "connectTime": 1,
    }
    return {
        "generation": 1,
        "speakers": [{"name": "a", "routerId": "192.0.2.1", "sessions": [session]}],
        "routeSets": {"rs": [{"prefix": prefix, **hop} for prefix in task.prefixes]},
    }


def lbtui(task: Task) -> Running:
    """`python -m speaker run`, with the control API that people would have."""
    (task.folder / "config.json").write_text(json.dumps(document(task)))
    root = str(Path(__file__).parents[2])
    return _start(
        task,
        *(sys.executable, "-m", "speaker", "run", "--config", "config.json"),
        *("--socket", task.folder / "run" / "control.sock", "--state", task.folder / "state"),
        PYTHONPATH=root,
    )


def bird(task: Task) -> Running:
    """Static blackhole routes."""
    routes = "".join(f"  route {prefix} blackhole;\n" for prefix in task.prefixes)
    channel = f"ipv{task.version}"
    (task.folder / "bird.conf").write_text(
        f"router id 192.0.2.1;\nprotocol device {{}}\n"
        f"protocol static {{\n  {channel};\n{routes}}}\n"
        f"protocol bgp sink {{\n  local {LOCAL} port {free_port(LOCAL)} as {LOCAL_ASN};\n"
        f"  neighbor {PEER} port {task.port} as {PEER_ASN};\n  multihop;\n"
        f"  connect delay time 1;\n  connect retry time 1;\n  error wait time 1, 1;\n"
        f"  {channel} {{ import none; export all; next hop address {HOP[task.version]}; }};\n}}\n"
    )
    return _start(task, program("bird"), "-f", "-c", "bird.conf", "-s", "ctl", "-P", "pid")


def frr(task: Task) -> Running:
    """`network` lines, bgpd alone."""
    networks = "".join(f"  network {prefix}\n" for prefix in task.prefixes)
    family = f"ipv{task.version} unicast"
    (task.folder / "bgpd.conf").write_text(
        f"router bgp {LOCAL_ASN}\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n"
        f" no bgp network import-check\n no bgp default ipv4-unicast\n"
        f" neighbor {PEER} remote-as {PEER_ASN}\n neighbor {PEER} port {task.port}\n"
        f" neighbor {PEER} update-source {LOCAL}\n neighbor {PEER} ebgp-multihop 4\n"
        f" neighbor {PEER} timers connect 1\n neighbor {PEER} advertisement-interval 0\n"
        f" address-family {family}\n{networks}  neighbor {PEER} activate\n"
        f"  neighbor {PEER} route-map hop out\n exit-address-family\n"
        f"route-map hop permit 10\n"
        + (" set ipv6 next-hop global 2001:db8::1\n" if task.version == 6 else "")
    )
    (task.folder / "vty").mkdir()
    return _start(
        task,
        *(program("bgpd"), "-S", "-n", "-Z", "-f", "bgpd.conf", "-i", "bgpd.pid", "-P", "0"),
        *("-l", LOCAL, "-p", str(free_port(LOCAL)), "--vty_socket", task.folder / "vty"),
    )


def gobgp(task: Task) -> Running:
    """A table in MRT format, injected before the session comes up."""
    api = free_port("127.0.0.1")
    (task.folder / "gobgpd.toml").write_text(
        f'[global.config]\n  as = {LOCAL_ASN}\n  router-id = "192.0.2.1"\n'
        f'  port = {free_port(LOCAL)}\n  local-address-list = ["{LOCAL}"]\n'
        f'[[neighbors]]\n  [neighbors.config]\n    neighbor-address = "{PEER}"\n'
        f"    peer-as = {PEER_ASN}\n  [neighbors.transport.config]\n"
        f'    local-address = "{LOCAL}"\n    remote-port = {task.port}\n'
        f"  [neighbors.timers.config]\n    connect-retry = 1\n"
        f"    idle-hold-time-after-reset = 1\n"
        f"  [neighbors.ebgp-multihop.config]\n    enabled = true\n    multihop-ttl = 4\n"
        f"  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n"
        f'      afi-safi-name = "ipv{task.version}-unicast"\n'
    )
    (task.folder / "table.mrt").write_bytes(_mrt(task))
    running = _start(
        task,
        *(program("gobgpd"), "-f", "gobgpd.toml", "--api-hosts", f"127.0.0.1:{api}"),
        "--pprof-disable",
    )
    client = (program("gobgp"), "-u", "127.0.0.1", "-p", str(api))

    def inject() -> None:
        deadline = time.monotonic() + 10
        while subprocess.run((*client, "neighbor"), capture_output=True, check=False).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("GoBGP's API does not answer")
        command = (*client, "mrt", "inject", "global", task.folder / "table.mrt")
        subprocess.run(command, capture_output=True, check=True)

    running.then = inject
    return running


def _mrt(task: Task) -> bytes:
    """TABLE_DUMP_V2, RFC 6396 section 4.3: one peer, one entry a prefix."""
    hop = socket.inet_pton(
        socket.AF_INET6 if task.version == 6 else socket.AF_INET, HOP[task.version]
    )
    attributes = b"\x40\x01\x01\x00\x40\x02\x00"
    if task.version == 6:  # the whole attribute: the short form of section 4.3.4 is not read
        value = b"\0\x02\x01" + bytes((len(hop),)) + hop + b"\0"
        attributes += b"\x80\x0e" + bytes((len(value),)) + value
    else:
        attributes += b"\x40\x03\x04" + hop
    index = socket.inet_aton("192.0.2.9") + struct.pack("!HH", 0, 1)
    index += b"\x02" + socket.inet_aton("192.0.2.9") * 2 + struct.pack("!I", LOCAL_ASN)
    records = [struct.pack("!IHHI", 0, 13, 1, len(index)) + index]
    for number, text in enumerate(task.prefixes):
        network = ip_network(text)
        octets = network.network_address.packed[: (network.prefixlen + 7) // 8]
        entry = struct.pack("!I", number) + bytes((network.prefixlen,)) + octets
        entry += struct.pack("!HHIH", 1, 0, 0, len(attributes)) + attributes
        records.append(
            struct.pack("!IHHI", 0, 13, 2 if task.version == 4 else 4, len(entry)) + entry
        )
    return b"".join(records)


def exabgp(task: Task) -> Running:
    """`route` lines."""
    hop = HOP[task.version]
    routes = "".join(f"      unicast {prefix} next-hop {hop};\n" for prefix in task.prefixes)
    (task.folder / "exabgp.conf").write_text(
        f"neighbor {PEER} {{\n  router-id 192.0.2.1;\n  local-address {LOCAL};\n"
        f"  local-as {LOCAL_ASN};\n  peer-as {PEER_ASN};\n  connect {task.port};\n"
        f"  family {{ ipv{task.version} unicast; }}\n"
        f"  announce {{\n    ipv{task.version} {{\n{routes}    }}\n  }}\n}}\n"
    )
    return _start(
        task,
        *(Path(sys.executable).with_name("exabgp"), "server", "exabgp.conf"),
        exabgp_daemon_drop="false",
        exabgp_daemon_user=getpass.getuser(),
        exabgp_log_destination="stderr",
        exabgp_api_cli="false",
    )


RIVALS: dict[str, Callable[[Task], Running]] = {
    "lbtui": lbtui,
    "BIRD": bird,
    "GoBGP": gobgp,
    "FRR": frr,
    "ExaBGP": exabgp,
}
