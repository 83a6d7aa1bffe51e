"""Answers about routes: why they are as they are, and what goes when something is taken away."""
