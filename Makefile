# Every command of the project. `make help` is the manual.
.DEFAULT_GOAL := help
.PHONY: help run reset test check proto lock images vault bench proof-isolation proof-cluster proof-sociometry format clean environment machine browser

PYTHON := .venv/bin/python
SOURCES := kit/src deploy/local deploy/image $(wildcard services/*/src)
SERVICES := gateway identity surveys responses reports retention

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 26

run: machine ## Start everything on this machine, with a demonstration municipality (PORT=8080)
	@exec $(PYTHON) -m deploy.local run $(if $(PORT),--port $(PORT)) $(if $(KEYCLOAK_PORT),--keycloak-port $(KEYCLOAK_PORT))

reset: environment ## Forget the demonstration data; the next start is a first one
	@$(PYTHON) -m deploy.local reset

test: browser check ## Everything that CI runs: the static checks, then every test
	@$(PYTHON) -m pytest -q kit services tests

check: environment ## The static part: style, types, import contracts, contracts, requirements
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy $(SOURCES)
	@.venv/bin/lint-imports --no-cache
	@cd proto && ../.venv/bin/buf lint
	@cd proto && PATH=../.venv/bin:$$PATH && buf build -o -#format=binpb | buf breaking -#format=binpb --against baseline.binpb
	@.venv/bin/hadolint deploy/image/Dockerfile
	@! grep -nE '://|--(extra-)?index-url|--find-links' requirements/*

proto: environment ## Generate the contracts' Python into proto/gen

images: environment ## Build the six images (TAG=dev; PYTHON_IMAGE=… or a base made here, a Debian 12 with python3 and python3-venv)
	@$(PYTHON) -m deploy.image.build $(if $(TAG),--tag $(TAG))

vault: environment ## Build a real Vault for the tests of the key store, from its Go module, into the cache folder
	@$(PYTHON) -m deploy.local.vault

bench: machine ## Measure whole pupil surveys and saves on a running system of its own
	@$(PYTHON) -m tests.bench

proof-isolation: machine ## Try to reach what is not one's own, with every check removed once, on a running system
	@$(PYTHON) -m tests.isolation

proof-cluster: browser images ## Install on the cluster of KUBECONFIG, disturb it while answers are saved (CLUSTER_HOST, CLUSTER_LOAD)
	@$(PYTHON) -m tests.cluster

proof-sociometry: environment ## Recompute the published reference classes and print each figure beside its reference
	@$(PYTHON) services/reports/tests/sociometry/proof.py

format: environment ## Format the code and put right what ruff can put right
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

clean: ## Remove what was generated or installed in this folder (not the demonstration data)
	@rm -rf .venv proto/gen .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

LOCK := .venv/bin/uv pip compile --quiet --universal --no-header --python-version 3.11 \
	--no-emit-package samspill-kit --no-emit-package samspill-proto
HASHED := $(LOCK) --generate-hashes -c requirements/constraints.txt
PROJECTS := kit/pyproject.toml proto/pyproject.toml $(wildcard services/*/pyproject.toml)

lock: environment ## Resolve the requirements anew: one resolution, one hashed file per image
	@$(LOCK) --no-annotate --all-extras $(PROJECTS) requirements/*.in -o requirements/constraints.txt
	@for service in $(SERVICES); do $(HASHED) services/$$service/pyproject.toml -o requirements/$$service.txt || exit 1; done
	@$(HASHED) requirements/build.in -o requirements/build.txt
	@$(HASHED) --all-extras $(PROJECTS) requirements/dev.in -o requirements/dev.txt

environment:
	@python3 -P deploy/local/install.py environment

machine:
	@python3 -P deploy/local/install.py run

browser:
	@python3 -P deploy/local/install.py test
