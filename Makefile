# Ways to work on 智评; `make` alone lists them. Needs Python 3.11 or newer, pip and make.

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test demo-reset lint types bench shots revision clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: .venv/installed ## Install if needed, make the database if needed, print the address, serve
	@$(BIN)/zhiping run

test: .venv/installed-dev ## Lint, types, import contracts, then every test (WORKERS=2)
	@$(MAKE) --no-print-directory lint types
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

demo-reset: .venv/installed ## Throw the embedded database away and build the demo province afresh
	@$(BIN)/zhiping demo --reset

lint: .venv/installed-dev ## Style, formatting and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

types: .venv/installed-dev ## Check the types
	@$(BIN)/mypy

bench: .venv/installed-dev ## Server time of page reruns; roll-ups and the register at ten times the data; ticket imports; a very large panel; a selection from sheets to the list; printing, alone and in batches
	@$(BIN)/python benchmarks/pages.py
	@PYTHONPATH=. $(BIN)/python benchmarks/rollups.py
	@PYTHONPATH=. $(BIN)/python benchmarks/registry.py
	@PYTHONPATH=. $(BIN)/python benchmarks/tickets.py --rows 20000
	@PYTHONPATH=. $(BIN)/python benchmarks/returns.py --rounds 3
	@$(BIN)/python -m benchmarks.judging
	@$(BIN)/python -m benchmarks.selection
	@$(BIN)/python -m benchmarks.papers
	@$(BIN)/python -m benchmarks.batches --rounds 1

shots: .venv/installed-dev ## Screenshots of every page for docs/guide (needs Chromium)
	@$(BIN)/python -m tests.browser.shots docs/guide

revision: .venv/installed-dev ## A new step of the schema from the tables in code: make revision m="what changed"
	@$(BIN)/python -c 'import sys; from db.upgrade import revise; print(revise(sys.argv[1]))' "$(m)"

clean: ## Remove caches and build products; data and .venv stay
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# Stamps: pip runs again only when what is to be installed has changed.

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "需要 Python 3.11 或更高版本，例如：make PYTHON=python3.12 run"; exit 1; }
	@echo "首次安装，需要一两分钟…"
	@$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/pip
	@$(PIP) -e .
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/pip
	@$(PIP) -e '.[dev]'
	@touch .venv/installed $@
