"""One call from resources to everything that is shown about them."""

from __future__ import annotations

from dataclasses import dataclass

from lbtui.core.config import resolve
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.model import Configuration, Options
from lbtui.core.resource_set import ResourceSet
from lbtui.core.routes import RouteTables, compile_routes


@dataclass(frozen=True, slots=True)
class Analysis:
    """Resources, and all that follows from them under one back end."""

    resources: ResourceSet
    config: Configuration
    tables: RouteTables
    diagnostics: tuple[Diagnostic, ...]


def analyse(
    resources: ResourceSet,
    backend: str = "frr-k8s",
    options: Options | None = None,
    previous: Analysis | None = None,
) -> Analysis:
    """Resolve and compile; returns `previous` itself when nothing differs."""
    options = options or Options()
    if (
        previous is not None
        and previous.config.backend == backend
        and previous.config.options == options
        and not previous.resources.changed_kinds(resources)
    ):
        return previous
    resolved = resolve(resources, backend, options)
    tables = compile_routes(resolved.config, previous.tables if previous else None)
    diagnostics = (*resolved.diagnostics, *tables.diagnostics)
    return Analysis(resources, resolved.config, tables, diagnostics)
