"""The tests' API server as a process of its own: `python -m tests.cluster.apiserver KUBECONFIG`.

Writes the kubeconfig and serves until it is stopped; with LBTUI_TEST_KUBECONFIG naming that file,
tests/cluster runs against it as against any real cluster.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from tests.cluster.apiserver.kinds import FRR_CONFIGURATION, FRR_NODE_STATE
from tests.cluster.apiserver.server import KINDS, ApiServer
from tests.cluster.manifests import namespaces


async def serve(kubeconfig: Path) -> None:
    """Serve for ever."""
    server = ApiServer((*KINDS, FRR_NODE_STATE, FRR_CONFIGURATION))
    await server.put(*namespaces())
    await server.start()
    kubeconfig.write_text(json.dumps(server.kubeconfig()))
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Path(sys.argv[1])))
