"""Configuration in; decisions, route tables, what a speaker is told, and differences out."""
