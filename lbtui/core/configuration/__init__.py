"""The resolved configuration: what MetalLB makes of the manifests, never a Kubernetes shape."""
