"""An advertise-only BGP-4 speaker in asyncio, driven over a control API.

Knows nothing of lbtui, Kubernetes or terminals.
"""

__version__ = "0.1.0"
