"""One call from resources to everything that is shown about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lbtui.core.collector import collector_paused
from lbtui.core.configuration.config import resolve
from lbtui.core.configuration.model import Configuration, Options
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.lint import Facts, Linted, facts_after, lint, with_repairs
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.routing.routes import RouteTables, compile_routes


@dataclass(frozen=True, slots=True)
class Analysis:
    """Resources, and all that follows from them under one back end."""

    resources: ResourceSet
    config: Configuration
    tables: RouteTables
    diagnostics: tuple[Diagnostic, ...]
    linted: Linted = field(compare=False, repr=False)
    """What the rules leave to the next run."""


@collector_paused()
def analyse(
    resources: ResourceSet,
    backend: str = "frr-k8s",
    options: Options | None = None,
    previous: Analysis | None = None,
) -> Analysis:
    """Resolve, compile and lint; reuses what did not change, all of `previous` if nothing did.

    Without `options`, what manifests in a folder leave out is taken for granted.
    """
    options = options or Options(assume_secrets=True)
    if (
        previous is not None
        and previous.config.backend == backend
        and previous.config.options == options
        and not previous.resources.changed_kinds(resources)
        and previous.resources.unread == resources.unread
    ):
        return (
            previous if previous.resources is resources else replace(previous, resources=resources)
        )
    resolved = resolve(resources, backend, options, previous.config if previous else None)
    if previous is not None and not previous.config.nodes.is_akin(resolved.config.nodes):
        previous = None  # its masks mean other nodes
    tables = compile_routes(resolved.config, previous.tables if previous else None)
    linted = previous.linted if previous else None
    of = resources, resolved.config, tables
    facts = facts_after(linted.facts, *of) if linted else Facts(*of)
    linted = lint(facts, linted)
    refused = with_repairs(facts, (*resolved.diagnostics, *tables.diagnostics))
    diagnostics = (*refused, *linted.diagnostics)
    return Analysis(resources, resolved.config, tables, diagnostics, linted)
