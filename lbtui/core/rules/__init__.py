"""MetalLB's acceptance rules, one function each; each also turns resources into configuration.

A new rule goes into the module of what it judges: `peers`, `pools`, `aliases`, `advertisements`,
`bfd`, `layer2`, or `backend` for what depends on the back end alone. It reports through
`Findings`, in MetalLB's order: the first finding of a node is the one its speaker stops at. Every
code has a line in `catalogue`.
"""

from lbtui.core.rules.catalogue import RULES

__all__ = ["RULES"]
