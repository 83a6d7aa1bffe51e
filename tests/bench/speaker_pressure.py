"""What makes a speaker busy, from outside: `python -m tests.bench.speaker_pressure SOCKET SECONDS`.

Polls the API without a pause and, twice a second, changes every route of the set "many".
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from tests.bench.speaker_channel import Channel
from tests.bench.speaker_rivals import host_routes

ROUTES = 100_000
POLLED = ("/v1/sessions", "/v1/status", "/metrics")


def poll(socket: Path, until: float) -> None:
    """Ask for everything, again and again."""
    channel = Channel(socket)
    while time.monotonic() < until:
        for path in POLLED:
            channel.call("GET", path)


def change(socket: Path, until: float) -> None:
    """Announce 100,000 routes, then the same with another LOCAL_PREF, and so on."""
    channel = Channel(socket)
    document = json.loads(channel.call("GET", "/v1/config"))
    prefixes = host_routes(ROUTES, 4)
    preference = 100
    while time.monotonic() < until:
        preference += 1
        document["generation"] += 1
        routes = [{"prefix": prefix, "communities": [f"64512:{preference}"]} for prefix in prefixes]
        document["routeSets"]["many"] = routes
        channel.call("PUT", "/v1/config", json.dumps(document))
        time.sleep(0.5)


def main() -> None:
    """Both at once, in threads: most of the time they wait for the speaker."""
    socket, until = Path(sys.argv[1]), time.monotonic() + float(sys.argv[2])
    threads = [threading.Thread(target=work, args=(socket, until)) for work in (poll, change)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
