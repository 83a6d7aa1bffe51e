"""The domain: resources in, configuration, route tables and findings out. Pure.

The public names are imported when first used, so that a command pays only for what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis, analyse
    from lbtui.core.configuration.config import BACKENDS, Configuration, Options, Resolved, resolve
    from lbtui.core.objects.decode import load_resources
    from lbtui.core.routing.announcements import announce
    from lbtui.core.routing.diff import diff_tables
    from lbtui.core.routing.preview import preview_document
    from lbtui.core.routing.resource_diff import diff_resources
    from lbtui.core.routing.route import Route
    from lbtui.core.routing.routes import RouteTables, compile_routes

__all__ = [
    "BACKENDS",
    "Analysis",
    "Configuration",
    "Options",
    "Resolved",
    "Route",
    "RouteTables",
    "analyse",
    "announce",
    "compile_routes",
    "diff_resources",
    "diff_tables",
    "load_resources",
    "preview_document",
    "resolve",
]

_MODULES = {
    "analysis": ("Analysis", "analyse"),
    "routing.announcements": ("announce",),
    "configuration.config": ("BACKENDS", "Configuration", "Options", "Resolved", "resolve"),
    "objects.decode": ("load_resources",),
    "routing.diff": ("diff_tables",),
    "routing.resource_diff": ("diff_resources",),
    "routing.preview": ("preview_document",),
    "routing.route": ("Route",),
    "routing.routes": ("RouteTables", "compile_routes"),
}


def __getattr__(name: str) -> Any:
    """Import the module that holds a public name (PEP 562)."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"lbtui.core.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
