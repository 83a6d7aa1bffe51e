"""`python -m tests.bench`: every benchmark, one report."""

from tests.bench import startup

for line in startup.measure():
    print(line, flush=True)
