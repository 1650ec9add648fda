# Bare `make` lists the targets. A fresh machine needs Python 3.11–3.13, make and git.
PYTHON ?= $(shell for one in python3.11 python3.12 python3.13 python3; do $$one -c '' 2>/dev/null && echo $$one && break; done)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= $(or $(AFKAST_DATA),data/example)
READY := $(VENV)/ready
DEVELOP := $(VENV)/develop
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# in the files' own order: those of few tests are the longest, and last they would be waited for alone
SHARED := -n auto --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help book test engines lab check lock example reference clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(DEVELOP): $(READY) requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	@touch $@

book: $(READY) ## Import the data folder (DATA=folder) and build its book at build/html/index.html in it
	$(BIN)/afkast import --data "$(DATA)"
	$(BIN)/afkast build --data "$(DATA)"

test: book $(DEVELOP) ## Run every test, also the executed reference notebooks
	$(BIN)/python -m pytest tests $(SHARED) --durations 30
	$(BIN)/python -m pytest $(SHARED) --nbval -p tests.nbval_kernels --nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout 300 tests/reference

engines: $(READY) ## Install the drivers of PostgreSQL and Spark, for AFKAST_ENGINE; without them their tests are left out
	$(INSTALL) -r requirements-engines.txt

lab: book ## Open the notebooks in JupyterLab, on the data folder
	AFKAST_DATA="$$(cd "$(DATA)" && pwd)" $(BIN)/jupyter lab notebooks

check: $(DEVELOP) ## Lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: $(DEVELOP) ## Resolve requirements.txt anew from pyproject.toml, with hashes, for all supported Pythons
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --group dev -c requirements.txt -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --group engines -c requirements.txt -o requirements-engines.txt

example: $(READY) ## Write the synthetic example data anew
	$(BIN)/python data/example/generator/make_example.py

# a book that stood before has told more, and more is hidden beside it
reference: $(READY) ## Build the example book from nothing, and its reference notebooks of tests/reference; review the difference
	rm -rf data/example/build data/example/editions data/example/snapshots
	$(MAKE) book DATA=data/example
	$(BIN)/python tests/make_reference.py

clean: ## Remove what was generated: the environment, the snapshots and the book
	rm -rf $(VENV) data/example/snapshots data/example/editions data/example/build
