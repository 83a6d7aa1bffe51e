"""What was read, in the versions that the server gives it now."""

from __future__ import annotations

from lbtui.adapters.cluster.changes import Baseline


def refreshed(base: Baseline, now: Baseline) -> Baseline:
    """The baseline with newer manifests of objects that say the same as they did.

    Only the server's part of them differs: a status, owners of fields, the version. What says
    something else stays as it was read, so that a write to it is refused as a conflict.
    """
    same = {
        ref: manifest
        for ref, manifest in now.manifests.items()
        if ref in base.manifests and base.resources.get(ref) == now.resources.get(ref)
    }
    return Baseline(base.resources, {**base.manifests, **same})
