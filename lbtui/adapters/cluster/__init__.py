"""A live Kubernetes cluster as a source: connect, read, follow.

The `kubernetes` package is imported only when a cluster is connected to: it takes half a second.
"""
