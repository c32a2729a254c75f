# Two commands: `make run` and `make test`. Everything else: `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
HOST ?= 127.0.0.1
OTHER ?= 3.13
VAR := $(if $(SPOTLIGHT_VAR),$(SPOTLIGHT_VAR),var)
PYTHON := .venv/bin/python
STAMP := .venv/.lock-installed
CODE := spotlight submissions judging series tests

# A link named .venv is an environment that somebody else keeps.
INSTALLED := $(if $(shell test -L .venv && echo link),,$(STAMP))

.PHONY: help run stop test check lint types unit bench chaos exact proof lock messages format clean install browser

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(INSTALLED) ## Start everything and fill the demo: make run [PORT=8000] [HOST=127.0.0.1]
	@$(PYTHON) -m spotlight.serve --host $(HOST) --port $(PORT)

stop: $(INSTALLED) ## Stop PostgreSQL and Redis if something left them running
	@$(PYTHON) -m spotlight.embedded stop
	@$(PYTHON) -m spotlight.embedded stop --var $(VAR)/test

install: $(INSTALLED) ## Install into .venv what requirements.lock names

$(STAMP): requirements.lock .python-version
	@deploy/install.sh

test: $(INSTALLED) browser lint types check unit ## Everything that must pass: style, imports, types, migrations, tests

lint: $(INSTALLED) ## Style, and who imports whom
	@.venv/bin/ruff check $(CODE) manage.py
	@.venv/bin/ruff format --check --quiet $(CODE) manage.py || { echo "Run: make format"; exit 1; }
	@.venv/bin/lint-imports --no-cache | tail -n +1

check: $(INSTALLED) ## Models and migrations agree
	@DJANGO_SETTINGS_MODULE=tests.settings $(PYTHON) -W ignore manage.py makemigrations --check --dry-run

unit: $(INSTALLED) ## All tests in three processes
	@.venv/bin/pytest -q -n 3 --dist loadfile --no-loadscope-reorder --timeout 300 -m "not bench and not chaos" $(ARGS)

types: $(INSTALLED) ## mypy, strict
	@.venv/bin/mypy $(CODE)

bench: $(INSTALLED) ## Measurements
	@.venv/bin/pytest -q -m bench tests $(ARGS)

chaos: $(INSTALLED) ## Kill processes and count what was lost
	@.venv/bin/pytest -q -m chaos tests $(ARGS)

exact: ## The scoring tests under another Python: make exact [OTHER=3.13]
	@uv=$$(deploy/uv.sh); at=$(VAR)/other-python; "$$uv" venv --quiet --clear --python "$(OTHER)" $$at; \
	"$$uv" pip sync --quiet --python $$at/bin/python --require-hashes requirements.lock; \
	$$at/bin/python --version; $$at/bin/python -m pytest -q --hypothesis-profile=others tests/scoring

proof: $(INSTALLED) browser ## A whole season on 60 real pieces of music (fetches Debian packages)
	@$(PYTHON) -m tests.proof $(ARGS)

browser: $(INSTALLED) ## Find or install Chromium for the tests
	@deploy/browser.sh

format: $(INSTALLED) ## Let ruff format the code
	@.venv/bin/ruff format --quiet $(CODE) manage.py
	@.venv/bin/ruff check --fix --quiet $(CODE) manage.py

messages: $(INSTALLED) ## Collect texts into locale/ (needs GNU gettext) and compile
	@$(PYTHON) manage.py makemessages --all --no-location --ignore=.venv --ignore=var
	@$(PYTHON) -m spotlight.catalogs

lock: ## Resolve the dependencies again
	@deploy/lock.sh $(ARGS)

clean: ## Remove caches and the tests' databases; .venv and the state of `make run` stay
	@test ! -x $(PYTHON) || $(PYTHON) -m spotlight.embedded stop --var $(VAR)/test || true
	@rm -rf $(VAR)/test .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
