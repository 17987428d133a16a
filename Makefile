# `make audit` runs the product on the sample company, `make test` runs its tests. Both set up .venv themselves and
# touch nothing outside this folder. Everything CI runs has a target here.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(BIN)/python -m pip -qq
PYTEST := $(BIN)/python -m pytest
# a file of tests stays on one core, because what it sets up is shared
PARALLEL := -n auto --dist loadfile
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

SAMPLE := sample_logs/newsroom
AS_OF := 2026-11-20

.PHONY: help audit test test-all lint types imports docs wheel update bench-code bench-logs fmt clean

help:  ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

audit: $(READY)  ## Run the main job on the sample company; writes reports/newsroom.{html,md,json}.
	@$(BIN)/whowaits audit $(SAMPLE)/code --logs $(SAMPLE)/logs -o reports --name newsroom --as-of $(AS_OF)

test: $(READY_DEV)  ## Run the tests that need nothing but Python.
	@$(PYTEST) $(PARALLEL)

test-all: $(READY_DEV)  ## Run every test, also the slow ones and those in a browser.
	@$(PYTEST) --everything $(PARALLEL)

lint: $(READY_DEV)  ## Check style and formatting.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY_DEV)  ## Check types, strictly.
	@$(BIN)/mypy

imports: $(READY_DEV)  ## Check that imports point down only.
	@$(BIN)/lint-imports

docs: $(READY_DEV)  ## Check that the documents name what exists.
	@$(PYTEST) tests/docs

wheel: $(READY_DEV)  ## Build the wheel into dist/.
	@rm -rf dist
	@$(PIP) wheel --no-deps --wheel-dir dist .
	@ls dist/*.whl

update: $(READY_DEV)  ## Write again what is generated: reports/, docs/rules.md, the output in README.md, tests/golden/expected/.
	@$(BIN)/python -m whowaits.report.rules > docs/rules.md
	@$(BIN)/python -m tests.golden.made
	@$(MAKE) --silent audit | $(BIN)/python tools/readme.py

bench-code: $(READY_DEV)  ## Measure `check` beside other tools; writes docs/performance.md. Needs the network, takes long.
	@$(BIN)/python bench/code.py $(BENCH)

bench-logs: $(READY_DEV)  ## Measure `classify` beside a bare scan of the same file; takes minutes.
	@$(BIN)/python bench/logs.py $(BENCH)

fmt: $(READY_DEV)  ## Format the code.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:  ## Remove everything that was built here.
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "whowaits needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "setting up $(VENV) with $(PYTHON)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing whowaits into $(VENV) (once)"
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --editable .
	@touch $@

$(READY_DEV): $(READY)
	@$(PIP) install --group dev
	@touch $@
