# Every target does its own set-up; a fresh Debian or Ubuntu with Python 3.11 is enough.
# Each check is one bare word configured in pyproject.toml.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet

.PHONY: run test again lint bench fuzz screenshots dist routers clean
.DEFAULT_GOAL := run

# The console on the built-in demo. Once installed, this is a file check and an exec.
run: $(VENV)/.installed
	@exec $(BIN)/lbtui --demo

# The run takes minutes. One that is still there after LIMIT seconds is interrupted, and says where it
# stood. Only failed tests (1) are tried once more: after anything else, some tests have not run at all.
LIMIT ?= 2400
test: lint routers
	@timeout --foreground --signal INT --kill-after 60 $(LIMIT) \
		$(BIN)/pytest --numprocesses auto --dist worksteal --durations 10 \
		|| { status=$$?; [ $$status -eq 1 ] || exit $$status; $(MAKE) --no-print-directory again; }

# What failed beside other tests, alone: routers and terminals keep times of their own.
again:
	@echo "Once more, one at a time, what failed above; a pass here is still a defect to look into:"
	@$(BIN)/pytest --last-failed --last-failed-no-failures none

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench

# Coverage-guided, SECONDS for each decoder; installs atheris, which the tests do not need.
SECONDS ?= 20
fuzz: $(VENV)/.installed-dev
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(PIP) atheris
	$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS)

screenshots: $(VENV)/.installed-dev
	$(BIN)/python screenshots/render.py

# A source distribution and a wheel in dist/.
dist: $(VENV)/.installed-dev
	$(BIN)/python -m build --no-isolation

# BIRD, FRR, GoBGP and tmux for the tests against real peers and a real terminal.
routers:
	@.ci/routers

clean:
	rm -rf $(VENV) dist build

$(BIN)/python:
	@.ci/venv $(PYTHON) $(VENV)

# What running needs. `-e`: the checkout itself is what runs.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing lbtui into $(VENV) (once; takes less than a minute) ..."
	@$(PIP) --editable .
	@touch $@

# What the checks need besides: exactly the pinned versions.
$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing the development tools into $(VENV) ..."
	@$(PIP) --requirement constraints.txt
	@touch $@
