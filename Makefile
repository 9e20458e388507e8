# `make` alone lists the targets.
PYTHON ?= python3
BASE_URL ?= http://127.0.0.1:$(or $(PORT),8000)
BIN := .venv/bin
CLI := $(BIN)/python -m entrypoints.cli
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
SPECTRAL := @stoplight/spectral-cli@6.16.3
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 \
	--custom-compile-command "make lock"
TEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# Those that use the shared database. One is ignored below: it has its own.
CITUS_E2E := $(addprefix tests/e2e/,test_demo.py accounts calendars events model pagination webhooks)
# The inputs of the lock files, and the lock files.
LOCKED = { sed -n '/^dependencies = /,/^\[tool/p' pyproject.toml; cat requirements/*.txt; }

required = $(or $($(1)),$(error Usage: make $@ $(1)=...))

.DEFAULT_GOAL := help
.PHONY: help run demo migrate create-user seed-demo purge backup restore verify-data test coverage \
	unit test-browser test-proxy test-scale test-failover test-citus screenshots fuzz torture bench \
	bench-citus check walkthrough format lock openapi lint-api check-calendars hooks audit sbom clean

help: ## List the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

run: .venv/local ## Serve the API and run a worker; starts its own PostgreSQL unless DATABASE_URL is set.
	@$(CLI) run

demo: .venv/local ## Send demo requests to a running API: make demo BASE_URL=http://...
	@$(CLI) demo --base-url "$(BASE_URL)"

migrate: .venv/local ## Migrate the schema of DATABASE_URL (make run does so itself).
	@$(CLI) migrate

create-user: .venv/local ## Create an account, prompting for its password: make create-user NAME=ada
	@$(CLI) create-user $(if $(PASSWORD_STDIN),--password-stdin) "$(call required,NAME)"

seed-demo: .venv/local ## Add made-up people and events: make seed-demo PEOPLE=100 EVENTS=60
	@$(CLI) seed-demo $(if $(PEOPLE),--people "$(PEOPLE)") $(if $(EVENTS),--events "$(EVENTS)")

purge: .venv/local ## Delete expired rows, such as sessions and ended waitlists.
	@$(CLI) purge

backup: .venv/local ## Write the database to a file: make backup FILE=turnout.dump (FORCE=1 replaces it)
	@$(CLI) backup $(if $(FORCE),--force) "$(call required,FILE)"

restore: .venv/local ## Restore a backup into an empty database: make restore FILE=turnout.dump
	@$(CLI) restore "$(call required,FILE)"

verify-data: .venv/local ## Verify that the counts of events match their seats and waitlists.
	@$(CLI) verify-data

test: .venv/dev ## Run all tests; starts its own PostgreSQL unless TEST_DATABASE_URL is set.
	@$(TEST)

coverage: .venv/dev ## Run all tests, then list the lines that no test runs.
	@$(TEST) --cov

unit: .venv/dev ## Run the tests that need no database (seconds).
	@$(BIN)/python -m pytest -q tests/unit

test-browser: .venv/dev ## Test Swagger UI in Chromium: apt install chromium.
	@$(BIN)/python -m pytest tests/browser $(if $(SCREENSHOTS),--screenshots="$(SCREENSHOTS)")

test-scale: .venv/dev ## Test two instances behind PgBouncer, with faults: apt install pgbouncer redis-server.
	@$(BIN)/python -m pytest tests/scale

test-proxy: .venv/dev ## Test the service behind nginx, as it is deployed: apt install nginx.
	@$(BIN)/python -m pytest tests/proxy

test-failover: .venv/dev .venv/patroni ## Test failover of the database under load: apt install etcd-server etcd-client haproxy pgbouncer.
	@$(BIN)/python -m tests.failover $(if $(SHORT),--short)

test-citus: .venv/dev ## Test on Citus: make test-citus TEST_CITUS_URL=... (drops all tables of Turnout there)
	@TEST_CITUS_URL="$(call required,TEST_CITUS_URL)" DATABASE_TYPE=citus $(BIN)/python -m pytest \
		tests/citus tests/contract $(CITUS_E2E) --ignore=tests/e2e/events/test_attendees_csv_transfer.py

bench-citus: .venv/dev ## Compare requests on Citus with PostgreSQL: make bench-citus TEST_CITUS_URL=...
	@TEST_CITUS_URL="$(call required,TEST_CITUS_URL)" DATABASE_TYPE=citus $(BIN)/python -m tests.citus.measure

screenshots: ## Run test-browser and update the pictures in docs/images.
	@$(MAKE) --no-print-directory test-browser SCREENSHOTS=docs/images

torture: .venv/dev ## Inject all faults at full size (some minutes); writes docs/torture.md.
	@$(BIN)/python -m tests.torture
	@MODEL_EXAMPLES=300 $(BIN)/python -m pytest -q tests/e2e/model/test_model.py

bench: .venv/dev ## Write docs/benchmarks.md (some minutes), or compare: make bench AGAINST=../old
	@$(BIN)/python -m tests.bench \
		$(if $(AGAINST),--against "$(AGAINST)",--output docs/benchmarks.md) $(BENCH)

check: .venv/dev ## Check lint, format, types, layers, licences, links, containers and locks.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.checks.licences
	@$(BIN)/python -m tests.checks.links
	@$(BIN)/python -m tests.checks.compose
	@$(LOCKED) | sha256sum --check --status requirements/locked.sha256 || \
		{ echo "pyproject.toml or a lock file has changed: run make lock."; exit 1; }
	@echo "All checks passed."

walkthrough: .venv/dev ## Run the example of CONTRIBUTING.md in a copy of the source.
	@$(BIN)/python -m tests.checks.walkthrough

format: .venv/dev ## Format the code and apply safe fixes.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: .venv/dev ## Write the lock files; UPGRADE=--upgrade for new versions.
	@$(LOCK) $(UPGRADE) pyproject.toml --extra local --extra tracing --group dev --output-file requirements/dev.txt
	@$(LOCK) pyproject.toml --constraint requirements/dev.txt --extra local --extra tracing \
		--output-file requirements/local.txt
	@$(LOCK) pyproject.toml --constraint requirements/dev.txt --extra tracing --output-file requirements/service.txt
	@$(LOCK) $(UPGRADE) --group patroni --output-file requirements/patroni.txt
	@$(LOCKED) | sha256sum >requirements/locked.sha256

openapi: .venv/local ## Write openapi.json and docs/errors.md from the code.
	@$(CLI) export-openapi
	@$(CLI) export-errors

lint-api: ## Lint openapi.json with the rules in .spectral.yaml (needs npx).
	@npx --yes $(SPECTRAL) lint openapi.json --ruleset .spectral.yaml --fail-severity=hint

check-calendars: .venv/dev ## Read a feed with two calendar parsers (needs npm).
	@$(BIN)/python -m tests.checks.calendars

fuzz: .venv/dev ## Send over 10,000 schemathesis requests to a test service (4 minutes).
	@$(BIN)/python -m tests.fuzz

hooks: .venv/dev ## Install a git hook that checks lint, format, types and layers before each commit.
	@$(BIN)/pre-commit install

audit: .venv/dev ## Look up known vulnerabilities of locked packages on PyPI; AUDIT="-s osv" asks OSV.
	@$(BIN)/pip-audit --requirement requirements/dev.txt --requirement requirements/patroni.txt \
		--disable-pip --strict --progress-spinner off $(AUDIT)

sbom: .venv/dev ## Write turnout.cdx.json, a CycloneDX SBOM of the deployed image.
	@$(BIN)/python -m tests.checks.image_requirements >.venv/image.txt
	@$(BIN)/python -W ignore::UserWarning -m cyclonedx_py requirements .venv/image.txt \
		--pyproject pyproject.toml --output-reproducible --output-file turnout.cdx.json
	@echo "Wrote turnout.cdx.json."

clean: ## Delete the virtual environment and caches, but not DATA_DIR.
	rm -rf .venv .coverage* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Turnout needs Python 3.11 or newer; choose one with make PYTHON=python3.12 ...")'
	@$(PYTHON) -c 'import os, sys; sys.exit(any(c in os.getcwd() for c in "\"$$`\\\n") and \
		"Turnout cannot run here: the path contains a double quote, $$, ` or backslash.")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/local: .venv/bin/python requirements/local.txt
	@echo "Installing requirements/local.txt into .venv ..."
	@$(INSTALL) -r requirements/local.txt
	@touch $@

.venv/dev: .venv/bin/python requirements/dev.txt
	@echo "Installing requirements/dev.txt into .venv ..."
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

.venv/patroni: .venv/bin/python requirements/patroni.txt
	@echo "Installing requirements/patroni.txt into .venv/patroni ..."
	@$(BIN)/python -m venv .venv/patroni
	@.venv/patroni/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/patroni.txt
	@touch $@
