# The commands for this checkout. `make help` lists them; begin with `make demo`.
# Each target does its own set-up. The first one needs the network, later ones do not.

# Python 3.11 or newer; with an older one, the set-up looks for a newer one next to it.
PYTHON ?= python3
# The public port; if empty, 8080 or the next free one: `make demo PORT=9000`.
PORT ?=
# More arguments for the command behind a target: `make test ARGS="-k intake"`.
ARGS ?=
# How many Apache Kafka nodes `make kafka` (and `make faults BROKER=apache`) starts: 1 or 3.
NODES ?= 1
# The minimum number of requests of `make fuzz`; SEED is the seed of its random choices.
REQUESTS ?= 20000
# `make faults`: seed, number of runs, a regular expression for the fault, and the broker (embedded or apache).
SEED ?= 1
RUNS ?= 50
FAULT ?=
BROKER ?= embedded
# The bugs of `make faults-planted`: a regular expression for the beginning of the name; if empty, all.
BUG ?=
# Number of test processes; 0 runs the tests in one process, for a debugger. Tests wait a lot: three keep two cores busy.
WORKERS ?= 3

SHELL := /bin/sh
BIN := .venv/bin
BOOTSTRAP = $(PYTHON) deploy/bootstrap.py
SOURCES := services shared deploy tests
MIGRATIONS = $(wildcard shared/*/migrations/*.sql shared/*/migrations/*/*.sql services/*/migrations/*.sql)
PORT_OPTION = $(if $(PORT),--port $(PORT))

# Always write byte code: without it, each process compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help setup runtime demo up test test-long test-kafka test-oidc bench faults faults-planted restore-drill kafka lint audit format types migrations api lock forget clean fuzz guest-malice evening

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: python ## Install all locked packages and build the front-end assets (other targets do it as needed)
	@$(BOOTSTRAP) setup

runtime: python ## Like setup, without the packages for tests and linters (demo and up do it)
	@$(BOOTSTRAP) runtime

.PHONY: python
python:
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 or newer is needed, and $(PYTHON) was not found: install it' \
		'(Debian, Ubuntu: sudo apt-get install python3 python3-venv).' >&2; exit 1; }

demo: runtime ## Play an evening: 80 companies, about 50 pledges, live in the browser
	@exec $(BIN)/tilsagn demo $(PORT_OPTION) $(ARGS)

up: runtime ## Start an empty installation and keep its data in .tilsagn/
	@exec $(BIN)/tilsagn up $(PORT_OPTION) $(ARGS)

test: setup ## Run all tests, with a real database, broker and browser
	@$(BOOTSTRAP) browser
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) $(ARGS)

test-long: SHARE = 1
test-long: WORKERS = 2
test-long: setup ## Run the tests that `make test` has no time for; SHARE=0.3 SEED=7 tries some of them, and names the rest
	@SEED=$(SEED) $(BIN)/python -m pytest --numprocesses $(WORKERS) -m long --long-seed $(SEED) --long-share $(SHARE) $(ARGS)

test-kafka: WORKERS = 2
test-kafka: setup ## Run every test that uses a broker on Apache Kafka itself (needs Java and Maven)
	@$(BOOTSTRAP) java
	@$(BIN)/python -m deploy.kafka setup
	@BROKER=apache $(BIN)/python -m pytest --numprocesses $(WORKERS) $(ARGS)

test-oidc: setup ## Sign in at a real provider, Keycloak, in the browser (needs Java and Maven)
	@$(BOOTSTRAP) browser java
	@$(BIN)/python -m tests.keycloak
	@PROVIDER=keycloak $(BIN)/python -m pytest --numprocesses 0 -m oidc $(ARGS) tests/events/identity/oidc

faults: setup ## Inject every fault of the catalogue, RUNS runs, and check the invariants after each
	@$(BOOTSTRAP) faketime || echo 'The clock faults are skipped.' >&2
	@[ "$(BROKER)" != apache ] || { $(BOOTSTRAP) java && $(BIN)/python -m deploy.kafka setup; }
	@BROKER=$(BROKER) $(BIN)/python -m tests.faults --seed $(SEED) --runs $(RUNS) --fault "$(FAULT)" \
		--nodes $(NODES) $(ARGS)

faults-planted: RUNS = 1
faults-planted: setup ## Add known bugs to a copy, RUNS times each: the checker of `make faults` must find them
	@[ "$(BROKER)" != apache ] || { $(BOOTSTRAP) java && $(BIN)/python -m deploy.kafka setup; }
	@BROKER=$(BROKER) $(BIN)/python -m tests.faults.planted --seed $(SEED) --runs $(RUNS) --bug "$(BUG)" $(ARGS)

fuzz: setup ## Send REQUESTS unusual requests to the running services, as every role
	@$(BIN)/python -m tests.fuzz --seed $(SEED) --requests $(REQUESTS) $(ARGS)

guest-malice: MINUTES = 60
guest-malice: setup ## Let a guest with a valid pass try to do harm for MINUTES; check that nobody else notices
	@$(BIN)/python -m tests.fuzz.guest --seed $(SEED) --minutes $(MINUTES) $(ARGS)

evening: setup ## Play an evening: 30 phones in Chromium on bad links; compare what was typed with what is stored
	@$(BOOTSTRAP) browser
	@$(BIN)/python -m tests.evening --seed $(SEED) $(ARGS)

restore-drill: BROKER = apache
restore-drill: setup ## Lose the database during intake and restore it; measure data loss and recovery time
	@[ "$(BROKER)" != apache ] || { $(BOOTSTRAP) java && $(BIN)/python -m deploy.kafka setup; }
	@BROKER=$(BROKER) $(BIN)/python -m tests.drills.restore $(ARGS)

bench: setup ## Measure performance next to a baseline; nothing else should run on the machine
	@[ "$(BROKER)" != apache ] || { $(BOOTSTRAP) java && $(BIN)/python -m deploy.kafka setup; }
	@BROKER=$(BROKER) $(BIN)/python -m tests.bench $(ARGS)

kafka: runtime ## Start Apache Kafka with our topics, without Docker; NODES=3 for a cluster
	@$(BOOTSTRAP) java
	@exec $(BIN)/python -m deploy.kafka --nodes $(NODES)

lint: setup types migrations api ## Check style, types, imports between packages, migrations, and OpenAPI documents
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@output=$$($(BIN)/lint-imports 2>&1) || { echo "$$output"; exit 1; }

audit: setup ## Scan the checkout for secrets, and packages for known vulnerabilities
	@$(BIN)/python -m deploy.audit

types: setup ## Check the types
	@$(BIN)/mypy --no-error-summary

api: setup ## Check the OpenAPI documents
	@$(BIN)/python -m deploy.api_documents

migrations: setup ## Check that the migrations are safe under load
	@output=$$($(BIN)/squawk $(MIGRATIONS) 2>&1) || { echo "$$output"; exit 1; }

format: setup ## Format the source and fix simple lint errors
	@$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	@$(BIN)/ruff format --quiet $(SOURCES)

lock: ## Lock the packages of requirements/*.in again, with hashes (needs the network)
	@$(BOOTSTRAP) lock

forget: runtime ## Delete this installation's data for good (asks first)
	@$(BIN)/python -m deploy.local.forget $(ARGS)

clean: ## Remove all build results; the data in .tilsagn/ stays
	@rm -rf .venv .kafka .keycloak node_modules shared/ui/assets/built shared/documents/built test-results tilsagn.egg-info
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
