"""The domain: resources in, configuration, route tables and findings out. Pure."""
