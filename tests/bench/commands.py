"""Answers of explain, whatif and diff, from an analysis in memory.

Explanations go as far as the JSON document. Losses and differences are found and counted: their
documents name each node's routes one by one, which is gigabytes where every route changed.
"""

from __future__ import annotations

from lbtui.cli.output import to_json
from lbtui.core import analyse, diff_resources, diff_tables
from lbtui.core.questions.explain import explain_service
from lbtui.core.questions.whatif import lose, single_points
from tests.bench.case import Case, Figure, Figures, work_of
from tests.bench.clusters import LARGE, namespace, resources, service_name
from tests.bench.core import edit_advertisement

LOCAL, CLUSTER = "explain a Local service on every node", "explain a Cluster service on every node"
WITHOUT_NODE, WITHOUT_PEER = "whatif without a node", "whatif without a peer"
SINGLE = "whatif: single points of failure"
DIFF = "diff: every route changed"


def run() -> Figures:
    """Each answer once."""
    whole = analyse(resources(LARGE))
    tables = whole.tables
    changed = analyse(edit_advertisement(whole.resources))

    def explain(index: int) -> None:
        name = f"{namespace(index)}/{service_name(index)}"
        to_json(explain_service(tables, whole.resources, name).to_json())

    def without(target: str) -> None:
        loss = lose(whole, [target])
        assert len(loss.routes.withdrawn)

    def diff() -> None:
        found = diff_tables(tables, changed.tables)
        assert len(found.changed) > LARGE.services
        assert diff_resources(whole.resources, changed.resources).changed

    return {
        SINGLE: work_of(lambda: single_points(tables)),
        LOCAL: work_of(lambda: explain(0)),
        CLUSTER: work_of(lambda: explain(1)),
        WITHOUT_PEER: work_of(lambda: without("peer/spine-0")),
        WITHOUT_NODE: work_of(lambda: without("node/node-0007")),
        DIFF: work_of(diff),
    }


CASES = (
    Case(
        f"answers {LARGE}",
        tuple(Figure(name) for name in (SINGLE, LOCAL, CLUSTER, WITHOUT_PEER, WITHOUT_NODE, DIFF)),
        run,
    ),
)
