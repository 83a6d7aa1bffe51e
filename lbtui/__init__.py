"""lbtui: a terminal console for MetalLB's BGP mode."""

__version__ = "0.1.0"
