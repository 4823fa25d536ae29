# `make help` lists the commands. Everything is installed into .venv from the locks in requirements/.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
STAGE ?= dev
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.venv/node/node_modules/.bin:$(PATH)
export PYTHONPATH := $(CURDIR):$(CURDIR)/lambdas:$(CURDIR)/frontend
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

READY := .venv/.ready

$(READY): requirements/dev.txt requirements/uv.txt requirements/node/package-lock.json frontend/payment-entry/pyproject.toml
	@echo "Installing the locked packages into .venv (a minute the first time) ..."
	@test -x .venv/bin/python || python3 -m venv .venv || { echo "python3 with its venv module (3.11 or newer) is needed; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@.venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	@test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/dev.txt
	@.venv/bin/uv pip install --quiet --offline --no-deps --python .venv/bin/python --editable frontend/payment-entry
	@mkdir -p .venv/node && cp requirements/node/package.json requirements/node/package-lock.json .venv/node/
	@npm ci --prefix .venv/node --silent --no-audit --no-fund
	@touch $@

.PHONY: help setup lock check test clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

setup: $(READY) ## install what the other commands need (they do it themselves)

lock: $(READY) ## resolve requirements/*.in anew
	@cd requirements && for name in uv lambda frontend dev; do \
	  UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --generate-hashes --python-version 3.11 $$name.in -o $$name.txt; done

check: $(READY) ## lint, format and types
	@ruff check . && ruff format --check . && mypy lambdas infra local frontend app.py

test: $(READY) ## all tests
	@python -m pytest

clean: ## remove what the commands made (the local stage's state included)
	rm -rf .venv .stage .cache cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
