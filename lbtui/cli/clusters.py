"""The one way from the command line into a cluster."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.store import ClusterStore


def make_store(
    context: str | None, namespace: str | None, *, is_read_only: bool = False
) -> ClusterStore:
    """The store of a context of the kubeconfig. Nothing is read of the cluster yet.

    Args:
        context: its name; None or empty: the current one, or the pod's own account.
        namespace: MetalLB's; None: it is looked for.
        is_read_only: send no writing request at all.

    Raises StoreError if there is no such context.
    """
    return ClusterStore(choose_login(context or None), namespace, is_read_only=is_read_only)


@asynccontextmanager
async def open_store(
    context: str | None, namespace: str | None, *, is_read_only: bool = True
) -> AsyncIterator[ClusterStore]:
    """The same, closed at the end."""
    store = make_store(context, namespace, is_read_only=is_read_only)
    try:
        yield store
    finally:
        await store.close()


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Which cluster, of a command that needs one."""
    parser.add_argument("--context", metavar="CTX", help="of the kubeconfig (default: the current)")
    parser.add_argument("--namespace", metavar="NS", help="MetalLB's (default: looked for)")
