# Two commands matter: `make run` and `make test`. Both install what they need.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
HUB_PORT ?= 8100
DATA ?= var
KEYS ?= secrets
PY := .venv/bin/python
PWA_SOURCES := $(shell find pwa/src pwa/public pwa/index.html pwa/vite.config.ts pwa/package-lock.json forms/data -type f -not -path 'pwa/public/data/*' 2>/dev/null)

export ESCALE_PORT = $(PORT)
export ESCALE_DATA = $(DATA)
export ESCALE_KEYS = $(KEYS)
export ESCALE_PWA = pwa/dist

# Compiled modules are kept, whatever the shell says: every command starts several times faster.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run install hub test faults screenshots lint fmt types bench lock migration clean lint-python lint-pwa test-python test-pwa test-e2e

help: ## Say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: install pwa/dist/index.html ## Start the demonstration on http://localhost:8000 (PORT=, DATA=, KEYS=)
	@ESCALE_AUTO_CONFIRM=$${ESCALE_AUTO_CONFIRM:-1} exec $(PY) -m server serve --demo

install: .venv/.run-ready .venv/bin/escale ## Install the command `.venv/bin/escale`: all that a hub needs

hub: install ## Start a hub in the bus beside the running demonstration, on http://localhost:8100 (HUB_PORT=)
	@if test -e $(DATA)/hub/revoked; then echo 'This hub was revoked. To begin another one: rm -r $(DATA)/hub'; exit 2; fi
	@card=$$(test -e $(DATA)/hub/hub.json || $(PY) -m server enrol card --team 'Médicobus – équipe 1' --label Boîtier --hub | grep -o 'http.*#e=.*'); \
	  exec $(PY) -m server hub --central http://localhost:$(PORT) --data $(DATA)/hub --port $(HUB_PORT) $${card:+--card-file -} <<< "$$card"

test: .venv/.test-ready .venv/bin/escale pwa/node_modules/.ready pwa/dist/index.html ## Run every check: lint, types, contracts, unit, browser
	@bash .ci/install-system-packages
	@$(MAKE) --no-print-directory lint test-pwa test-python test-e2e

lint: .venv/.test-ready pwa/node_modules/.ready ## Formats, lints, types and import contracts (under 30 s)
	@$(MAKE) --no-print-directory -j2 -Otarget lint-python lint-pwa

lint-python: .venv/.test-ready
	@$(PY) -m ruff format --quiet --check . && $(PY) -m ruff check --quiet .
	@$(PY) -m mypy --no-error-summary
	@set -o pipefail; .venv/bin/lint-imports --no-logo | tail -n 3

lint-pwa: pwa/node_modules/.ready
	@cd pwa && npm run --silent check && npm run --silent lint

fmt: .venv/.test-ready pwa/node_modules/.ready ## Format everything
	@$(PY) -m ruff format --quiet . && $(PY) -m ruff check --quiet --fix . ; cd pwa && npm run --silent format

test-pwa: pwa/node_modules/.ready
	@cd pwa && npm run --silent test

test-python: .venv/.test-ready
	@$(PY) -m pytest tests --ignore=tests/e2e --quiet -n 2 --dist loadgroup

test-e2e: .venv/.test-ready pwa/dist/index.html
	@$(PY) -m pytest tests/e2e --quiet -n 2 --dist loadgroup

screenshots: test-e2e ## Take the README's pictures again
	@cp build/screenshots/vitals.png docs/screenshots/capture.png
	@for each in day queue activity; do cp build/screenshots/story-$$each.png docs/screenshots/$$each.png; done

faults: .venv/.test-ready ## Play a thousand weeks of faults (FIRST=, NUMBER=)
	@$(PY) -m tests.faults --first $(or $(FIRST),0) --number $(or $(NUMBER),1000)

bench: .venv/.test-ready pwa/dist/index.html ## Measure everything that has a goal, in one run
	@bash .ci/install-system-packages
	@$(PY) -m tests.bench

lock: .venv/.test-ready ## Lock the Python dependencies again, with hashes
	@.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	@.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt

clean: ## Remove what was built; never the data nor the keys
	@rm -rf .venv pwa/node_modules pwa/dist .mypy_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed (PYTHON=python3.11 make …)"; exit 2; }
	@echo "Building the Python environment in .venv/ …"
	@$(PYTHON) -m venv .venv

.venv/.run-ready: .venv/bin/python requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/bin/escale: deploy/escale | .venv/bin/python
	@install -m 755 $< $@

.venv/.test-ready: .venv/bin/python requirements-dev.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.run-ready

pwa/node_modules/.ready: pwa/package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || { echo "Node 20 or later is needed"; exit 2; }
	@echo "Installing the tablet application's packages …"
	@cd pwa && npm ci --silent
	@touch $@

pwa/dist/index.html: pwa/node_modules/.ready $(PWA_SOURCES)
	@echo "Building the tablet application …"
	@cd pwa && npm run --silent build -- --logLevel warn
	@touch $@
