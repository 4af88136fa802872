# Two commands matter: `make demo` sets up and runs the main job; `make test` sets up and passes the tests.
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Downloads go through uv (ten times quicker); where it cannot reach the index, pip does the same work from the same lock.
INSTALL = $(BIN)/uv pip install -q --system-certs --python $(BIN)/python --require-hashes -r $(1) \
	|| $(BIN)/pip install -q --require-hashes -r $(1)
export DO_NOT_TRACK := 1
# Every run and every test starts several Python processes. Without stored bytecode each of them compiles thousands of
# modules again: five seconds of a test worker, half of what dbt needs to parse the project.
unexport PYTHONDONTWRITEBYTECODE
# Test workers: two cores are common; a run of its own for what must not share the machine.
# Files in their own order: whole runs come first, small tests last, so that no worker waits for a long file at the end.
WORKERS ?= 2

help: ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

$(BIN)/uv: requirements-setup.lock
	@test -n "$(PYTHON)" || { echo "tieout needs Python 3.11 or newer: none was found on PATH"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "tieout needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Say make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@touch $@

.venv/runtime: requirements.lock pyproject.toml | $(BIN)/uv
	@echo "installing tieout (first time: a minute or two)"
	@$(call INSTALL,requirements.lock)
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null \
		|| $(BIN)/uv pip install -q --system-certs --python $(BIN)/python --no-deps -e .
	@$(BIN)/python -m pipelines.audit.models
	@touch $@

.venv/development: requirements-dev.lock .venv/runtime
	@echo "installing the tools for tests and checks"
	@$(call INSTALL,requirements-dev.lock)
	@touch $@

setup: .venv/runtime ## set up tieout in .venv

demo: .venv/runtime ## set up, start the sandbox vendors, run the whole pipeline on them, print the result
	@$(BIN)/tieout demo

ui: .venv/runtime ## open the Dagster UI on the home of the demo
	@$(BIN)/tieout ui --home $${TIEOUT_HOME:-home/demo}

test: .venv/development ## set up and run every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: .venv/development ## lint, types, SQL style, Dagster definitions, dbt parse
	@bash scripts/check

bench: .venv/development ## measure the speed claims (ratios against a stated baseline, in one run)
	@$(BIN)/python -m bench

scoreboard: .venv/runtime ## score the pipeline on ten synthetic MSPs; writes docs/scoreboard.md (some twenty minutes)
	@$(BIN)/python -m scripts.scoreboard $(SCOREBOARD)

mutants: .venv/development ## break the models on purpose and tell which controls notice (some ten minutes)
	@$(BIN)/python -m scripts.mutants $(MUTANTS)

# Folders of public pairs are not part of the repository; docs/matching.md says what one holds.
bench-matching: .venv/development ## measure matching of names (DATA=folder of sets of pairs)
	@$(BIN)/python -m bench.matching $(if $(DATA),--data $(DATA))

bench-mappings: .venv/development ## measure what decisions teach about a home's mappings
	@$(BIN)/python -m bench.mappings

pictures: .venv/development ## make the README's pictures anew (needs chromium and chromium-driver)
	@$(BIN)/python -m scripts.pictures

lock: | $(BIN)/uv ## write the locks anew from requirements*.in
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements.in -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements-dev.in -o requirements-dev.lock

clean: ## remove what was set up and generated (keeps ./home)
	rm -rf .venv dbt_project/target dbt_project/logs .pytest_cache .ruff_cache .mypy_cache

.PHONY: help setup demo ui test check bench bench-matching bench-mappings scoreboard mutants pictures lock clean
