# make demo: the main job on real data, from nothing.   make test: the tests, from nothing.
# Both set up .venv on their own; they need Python 3.10 or later (PYTHON=…) and make.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.10 python3,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
READY := $(VENV)/.ready
export TF_CPP_MIN_LOG_LEVEL ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-docker test-fast lint docs docs-check pictures test-plugins matrix changelog setup clean

help: ## List what there is to make.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(READY) ## Train, evaluate, export and serve a TensorFlow 1.11 script on iris data, in this process.
	$(VENV)/bin/python examples/demo.py smtf-demo

# Up to four processes, each of which imports TensorFlow once; a file's tests share one.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile

test: $(READY) ## Run the tests, but for the slow ones and those that need a container engine.
	$(VENV)/bin/python -m pytest $(PARALLEL) -m "not slow and not docker"

test-slow: $(READY) ## Run the slow ones: clusters of processes, kill -9 at random, plugins installed by pip.
	$(VENV)/bin/python -m pytest $(PARALLEL) -m "slow and not docker"

test-docker: $(READY) ## Run those; the first time, this builds smtf's image (2.6 GB).
	$(VENV)/bin/python -m pytest -m docker

test-fast: $(READY) ## Run the tests that need neither TensorFlow nor processes of their own.
	$(VENV)/bin/python -m pytest -m "not tensorflow and not slow and not docker"

# Warnings are errors, links that lead nowhere among them.
SITE := $(VENV)/bin/python -m sphinx --fail-on-warning --fresh-env --keep-going --quiet --builder html docs build/docs

lint: $(READY) ## Check style, types and import directions.
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	MYPYPATH=docs $(VENV)/bin/mypy --package generators --module generate --module take_pictures --module conf
	$(VENV)/bin/lint-imports

docs: $(READY) ## Write the generated pages of docs/ anew and build the site in build/docs.
	$(VENV)/bin/python docs/generate.py
	$(SITE)

docs-check: $(READY) ## Check that the generated pages are fresh, and build the site.
	$(VENV)/bin/python docs/generate.py --check
	$(SITE)

pictures: $(READY) ## Take the pictures of docs/pictures that show a real training anew.
	$(VENV)/bin/python docs/take_pictures.py

test-plugins: ## Test the distributions below plugins/, in a venv of their own.
	$(PYTHON) -m venv $(VENV)/plugins
	$(VENV)/plugins/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(VENV)/plugins/bin/python -m pip install --quiet --editable . --editable 'plugins/smtf-mlflow[test]' --editable 'plugins/smtf-ray[test]'
	cd plugins/smtf-mlflow && ../../$(VENV)/plugins/bin/python -m pytest -q
	cd plugins/smtf-ray && ../../$(VENV)/plugins/bin/python -m pytest -q

matrix: $(READY) ## Build the wheel, check it, and install it with every extra on every Python.
	$(VENV)/bin/python -m pip install --quiet --group release
	$(VENV)/bin/python tools/install_matrix.py $(MATRIX)

changelog: $(READY) ## Make CHANGELOG.md of the fragments in changes/, for VERSION=….
	$(VENV)/bin/python -m pip install --quiet --group release
	$(VENV)/bin/towncrier build --yes --version $(VERSION)

setup: $(READY) ## Set up .venv only.

$(READY): pyproject.toml setup.py $(wildcard smtf_core/runtime/channels/pipe/native/*.[ch])
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(VENV)/bin/python -m pip install --quiet --editable '.[tensorflow,s3,sagemaker,serving,grpc,docker,examples]' --group test --group lint --group docs
	touch $@

clean: ## Remove what make and the demo have made.
	rm -rf $(VENV) smtf-demo smtf-jobs build *.egg-info .pytest_cache .mypy_cache .ruff_cache
