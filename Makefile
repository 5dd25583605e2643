# Targets print themselves: `make` or `make help`.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

# Python 3.11 or later; name another one by `make PYTHON=...`.
PYTHON ?= $(firstword $(foreach name,python3.11 python3 python3.12 python3.13,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
# An installation is known by the contents of what it was made from, not by dates, which a clone does not keep.
digest = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-16)
RUNTIME := $(VENV)/.runtime-$(call digest,requirements.txt)
DEVELOPMENT := $(VENV)/.development-$(call digest,requirements.txt requirements-dev.txt)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all:
SOURCES := app blacklist sync migrations tests tools config.py wsgi.py
TESTS ?= tests
export PIP_NO_INPUT := 1

.PHONY: help run test check lint types contracts bandit browser bench lock registry migrate clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(RUNTIME) ## install, migrate, fill with demo data, start everything on http://127.0.0.1:8000 (PORT=...)
	@exec $(BIN)/python tools/run.py

test: $(DEVELOPMENT) browser check ## everything: lint, types, contracts, and all tests on both databases
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(TESTS)

check: lint types contracts bandit ## what needs no running program

lint: $(DEVELOPMENT) ## ruff
	$(BIN)/ruff check $(wildcard $(SOURCES))

types: $(DEVELOPMENT) ## mypy, strict
	$(BIN)/mypy

contracts: $(DEVELOPMENT) ## who may import whom
	$(BIN)/lint-imports --no-cache

bandit: $(DEVELOPMENT) ## security lint: nothing medium or high
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium --recursive app blacklist sync config.py wsgi.py

bench: $(DEVELOPMENT) ## measure against limits of the same run, print a table (BENCH='--subjects 200000 --only checks')
	$(BIN)/python tests/bench/run.py $(BENCH)

registry: $(RUNTIME) ## one command on the demo's database: make registry ARGS='check - --purpose air_travel'
	@REGISTRY_ENV=$${REGISTRY_ENV:-development} REGISTRY_DEMO=$${REGISTRY_DEMO:-1} $(BIN)/flask --app wsgi registry $(ARGS)

migrate: $(RUNTIME) ## bring the database of REGISTRY_DATABASE_URL up to date
	@: "$${REGISTRY_DATABASE_URL:?name the database, e.g. sqlite:///var/registry.sqlite3}"
	$(BIN)/alembic upgrade head

# Resolving needs another tool than installing; it lives apart, so that nothing of it reaches the pinned set.
lock: ## pin requirements*.in with hashes, nothing younger than a week
	@$(PYTHON) -m venv var/lock-venv && var/lock-venv/bin/python -m pip install --quiet 'uv>=0.5'
	before=$$(date -u -d '7 days ago' +%Y-%m-%dT00:00:00Z); \
	for name in requirements requirements-dev; do \
	  var/lock-venv/bin/uv pip compile --quiet --generate-hashes --python-version 3.11 --exclude-newer "$$before" \
	    --no-header --output-file $$name.txt $$name.in; \
	done

clean: ## remove what tools wrote; keeps var/, which holds data
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "no Python found; install Python 3.11 or later" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than 3.11; name a newer one: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv module; on Debian: apt install python3-venv" >&2; exit 1; }

$(RUNTIME): | $(BIN)/python
	@echo "installing requirements.txt into $(VENV)"
	@$(PIP_INSTALL) -r requirements.txt
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEVELOPMENT): | $(RUNTIME)
	@echo "installing requirements-dev.txt into $(VENV)"
	@$(PIP_INSTALL) -r requirements.txt -r requirements-dev.txt
	@rm -f $(VENV)/.development-* && touch $@

# The browser tests drive the system's Chromium. Without one, and without the right to install it, they skip.
browser:
	@if command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	if command -v apt-get >/dev/null && $$sudo true 2>/dev/null \
	  && $$sudo apt-get update -qq >/dev/null \
	  && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	then echo "installed chromium for the browser tests"; \
	else echo "*** NO CHROMIUM, and it cannot be installed here: the browser tests WILL BE SKIPPED ***" >&2; fi
