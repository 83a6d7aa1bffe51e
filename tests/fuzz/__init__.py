"""Coverage-guided fuzzing of everything that reads what a peer sends; see `run.py`."""
