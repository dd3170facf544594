# `make serve` starts the service, `make test` runs everything that must hold, `make notebooks` draws
# data and model again.
# PYTHON, HOST and PORT may be given: make serve PORT=9000

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# On Linux without these wheels at hand, the CPU build saves gigabytes (see CONTRIBUTING.md).
TORCH ?= torch==2.13.0

.PHONY: serve test notebooks clean

serve: .venv/serve-installed
	.venv/bin/saring serve --host $(HOST) --port $(PORT)

test: .venv-test/installed
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/mypy
	.venv-test/bin/lint-imports
	.venv-test/bin/pytest

notebooks: .venv-test/installed
	.venv-test/bin/python notebooks/execute.py

.venv/serve-installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Saring needs Python 3.11 or newer: make serve PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --editable '.[serve]'
	touch $@

# torch first: asked for by another package, pip would fetch the build for every accelerator.
.venv-test/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Saring needs Python 3.11 or newer: make test PYTHON=python3.11")'
	$(PYTHON) -m venv .venv-test
	.venv-test/bin/pip install --quiet --no-compile --disable-pip-version-check $(TORCH)
	.venv-test/bin/pip install --quiet --no-compile --disable-pip-version-check --editable '.[train,serve,score,dev]'
	touch $@

clean:
	rm -rf .venv .venv-test build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
