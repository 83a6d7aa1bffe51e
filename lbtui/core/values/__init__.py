"""The values inside manifests, parsed: addresses, communities, selectors, durations, node sets."""
