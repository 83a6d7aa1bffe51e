"""The manifests' own shape: one class a kind, how it is decoded, and the set of them all."""
