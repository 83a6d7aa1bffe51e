"""What MetalLB accepts in silence, and an operator would want to be told.

A new rule is one function in the module of its topic, under the decorator `rule`, which also
holds all that is said about it: code, severity, meaning, remedy and source. That is all: the
registry finds it, `lbtui lint --rules` lists it, `analyse` runs it. It gets `Facts` and yields a
`Finding` for everything that it objects to. Work on node masks; never walk nodes inside services.
What MetalLB itself refuses belongs into `lbtui.core.rules` instead.
"""

from lbtui.core.lint.borrowing import facts_after
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.registry import RULES, Linted, lint
from lbtui.core.lint.repairing import with_repairs

__all__ = ["RULES", "Facts", "Linted", "facts_after", "lint", "with_repairs"]
