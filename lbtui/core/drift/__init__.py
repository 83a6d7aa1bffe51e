"""Three facts side by side: what is intended, what components claim, what is live.

Intended are the route tables; claimed is what MetalLB's and frr-k8s' components write into status
objects about themselves; live are BGP sessions as whoever runs them reports them. They are never
merged: a rule compares two of them and names the source and the time of what it found.

A new rule is one function in the module of its topic under `rule`, like those of lint;
`lbtui lint --rules` lists it in the group "cluster".
"""

from lbtui.core.drift.difference import Drift
from lbtui.core.drift.registry import RULES, find_drift
from lbtui.core.drift.reports import decode_report
from lbtui.core.drift.sides import LiveSession, Reported, Sides, live_sessions

__all__ = [
    "RULES",
    "Drift",
    "LiveSession",
    "Reported",
    "Sides",
    "decode_report",
    "find_drift",
    "live_sessions",
]
