# Everything one does with Phoenix from a clone. Needs make and Python 3.11 or newer with venv; nothing else, not even git.

.DEFAULT_GOAL := help
.PHONY: help setup run dev hooks check lint test test-long bench bench-sockets format clean wheel lock

VENV   := .venv
BIN    := $(VENV)/bin
STATIC := src/phoenix/static
ARGS   ?=
# Put on the command line of pytest, such as PYTEST_ARGS="-x -k feed".
PYTEST_ARGS ?=

PYTHON_READY := $(VENV)/.ready
WEB_READY    := node_modules/.ready
BUNDLES      := $(STATIC)/manifest.json
TRANSLATED   := $(VENV)/.translated
CATALOGUES   := $(wildcard src/phoenix/locale/*/LC_MESSAGES/*.po)
WEB_SOURCES  := $(shell find web src/phoenix/modules/*/assets -type f 2>/dev/null) vite.config.ts tsconfig.json package.json

help:
	@echo "make run      set everything up and start Phoenix with demo data (PHOENIX_PORT, PHOENIX_DATA, ARGS=\"--no-demo\")"
	@echo "make dev      as make run, and every change of Python, templates, styles and scripts is served at once"
	@echo "make hooks    check each commit before it is made"
	@echo "make setup    only install, into .venv/ and node_modules/"
	@echo "make check    linters, types, layers, secrets, known vulnerabilities, fast tests"
	@echo "make test     every test, real browsers and whole processes included"
	@echo "make test-long  what takes longer, in parts that continue where they stopped (PART=mutation-cache; all by default)"
	@echo "make bench    measure (ARGS=\"--help\"); make bench-sockets measures sockets beside Node's socket.io"
	@echo "make wheel    build what users install, into dist/"
	@echo "make lock     pin what pyproject.toml asks for (LOCK_ARGS=--upgrade moves everything to its newest release)"
	@echo "make format   bring code into shape"
	@echo "make clean    remove what was installed and built; data stays"

setup: $(PYTHON_READY) $(TRANSLATED) $(BUNDLES)

$(PYTHON_READY): requirements/develop.txt pyproject.toml tools/setup_python.sh
	@tools/setup_python.sh $(VENV) >&2
	@touch $@

$(TRANSLATED): $(CATALOGUES) tools/translations.sh | $(PYTHON_READY)
	@tools/translations.sh $(VENV)
	@touch $@

$(WEB_READY): package.json package-lock.json tools/npm.sh | $(PYTHON_READY)
	@echo "Installing the web tools into node_modules" >&2
	@tools/npm.sh ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

$(BUNDLES): $(WEB_READY) $(WEB_SOURCES)
	@echo "Bundling styles and scripts" >&2
	@tools/npm.sh run --silent build >&2
	@touch $@

# `exec` makes Phoenix the child of make itself, so that Ctrl-C and SIGTERM reach it once and directly.
run: setup
	@case "$${PHOENIX_ENVIRONMENT:-development}" in staging|production) ;; *) export PHOENIX_DEMO="$${PHOENIX_DEMO:-true}" ;; esac; exec $(BIN)/python -m phoenix.cli up $(ARGS)

dev: setup
	@export PHOENIX_RELOAD=true PHOENIX_DEMO="$${PHOENIX_DEMO:-true}"; exec $(BIN)/python -m phoenix.cli up $(ARGS)

hooks: $(PYTHON_READY)
	git config core.hooksPath tools/hooks

check: lint
	$(BIN)/pytest -q -n auto --dist worksteal -m "not slow and not browser" $(PYTEST_ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Containerfile
	$(BIN)/python -m tools.api_compare
	@tools/npm.sh run --silent check
	$(BIN)/djlint --lint --quiet src
	$(BIN)/python tools/secret_scan.py
	@tools/audit.sh

test: setup
	@tools/test.sh $(PYTEST_ARGS)

test-long: setup
	@$(BIN)/python -m tools.test_long $(PART)

bench: setup
	$(BIN)/python -m bench $(ARGS)

bench-sockets: setup
	$(BIN)/python -m bench.sockets $(ARGS)

wheel: setup
	@rm -rf dist
	@tools/wheel.sh dist
	@ls dist

lock: $(PYTHON_READY)
	@tools/lock.sh

format: $(WEB_READY)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	@tools/npm.sh run --silent format

clean:
	rm -rf $(VENV) node_modules $(STATIC) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache src/*.egg-info
	find src tests bench tools migrations -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
