# `make help` lists the commands. Everything is installed into .venv from the locks in requirements/.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
STAGE ?= dev
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.venv/node/node_modules/.bin:$(PATH)
export PYTHONPATH := $(CURDIR):$(CURDIR)/lambdas:$(CURDIR)/frontend:$(CURDIR)/client
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1
# Without cached byte code, every command would compile the CDK again.
unexport PYTHONDONTWRITEBYTECODE

READY := .venv/.ready

$(READY): requirements/dev.txt requirements/uv.txt requirements/node/package-lock.json frontend/payment-entry/pyproject.toml client/pyproject.toml
	@echo "Installing the locked packages into .venv (a minute the first time) ..."
	@test -x .venv/bin/python || python3 -m venv .venv || { echo "python3 with its venv module (3.11 or newer) is needed; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@.venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	@test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/dev.txt
	@.venv/bin/uv pip install --quiet --offline --no-deps --python .venv/bin/python --editable frontend/payment-entry --editable client
	@mkdir -p .venv/node && cp requirements/node/package.json requirements/node/package-lock.json .venv/node/
	@npm ci --prefix .venv/node --silent --no-audit --no-fund
	@touch $@

BENCH := .cache/bench
$(BENCH)/.ready: $(READY) requirements/bench.txt requirements/lambda.txt
	@echo "Installing the peers into $(BENCH) (a minute the first time) ..."
	@rm -rf $(BENCH) && uv venv --quiet --python .venv/bin/python $(BENCH)/venv
	@uv pip sync --quiet --python $(BENCH)/venv/bin/python --require-hashes --compile-bytecode requirements/bench.txt
	@touch $@

LIKENESS := .cache/likeness
$(LIKENESS)/.ready: $(READY) requirements/likeness.txt
	@echo "Installing the training packages into $(LIKENESS) ..."
	@rm -rf $(LIKENESS) && uv venv --quiet --python .venv/bin/python $(LIKENESS)/venv
	@uv pip sync --quiet --python $(LIKENESS)/venv/bin/python --require-hashes requirements/likeness.txt
	@touch $@

.PHONY: help run demo order stage test test-parts test-whole integration check likeness bench flash-sale screenshots page-figures page-scripts synth bootstrap deploy words hear smoke check-page stripe-key stripe-events webhook-secret rollback destroy setup lock clean evidence mutation sabotage

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "The local stage uses these ports of 127.0.0.1; set the variable to move one:"
	@echo "  EMULATOR_PORT=4566 (AWS)  STRIPE_PORT=12111  MODEL_PORT=12112  MERCHANT_PORT=12113  PAGE_PORT=8501"
	@echo "synth to destroy take STAGE=dev (unless told), staging or prod."

run: $(READY) ## the whole system on this machine, with the page
	@exec python -m local.runner.stage --tethered --page

demo: $(READY) ## play a conversation and two orders in the terminal, against the local stage
	@exec python -m local.demo

order: $(READY) ## ask for a payment on the running stage: AMOUNT=4990 CURRENCY=eur DESCRIPTION="Two tickets"
	@payment-chat orders create $${DESCRIPTION:+--description "$$DESCRIPTION"} $${AMOUNT:+--amount "$$AMOUNT"} \
	  $${CURRENCY:+--currency "$$CURRENCY"} $${PURPOSE:+--purpose "$$PURPOSE"} $${CAPTURE:+--capture "$$CAPTURE"} \
	  $${REFERENCE:+--reference "$$REFERENCE"} $${EMAIL:+--email "$$EMAIL"} $${LOCALE:+--locale "$$LOCALE"}

stage: $(READY) ## the whole system on this machine, without the page
	@exec python -m local.runner.stage --tethered

# Browser tests over an API in memory are in the other half, so that both take about as long.
WITHOUT_STAGE := $(patsubst %,tests/browser/test_%.py,button first_screen merchant_page orders stripe_pages)
ON_ONE_STAGE := tests/integration $(filter-out $(WITHOUT_STAGE),$(wildcard tests/browser/test_*.py))
# The two halves print at the same time: each line is printed whole and names its half.
labelled = 2>&1 | { trap '' INT; while IFS= read -r line; do echo "$(@:test-%=%) | $$line"; done; }

test: $(READY) ## all tests: unit, infrastructure, lifecycle, integration, browser
	@echo "Testing on two cores, seven to eight minutes. parts: unit, infra, lifecycle, browser without a stage; whole: integration and browser, on one stage."
	@$(MAKE) --no-print-directory --jobs 2 --keep-going test-parts test-whole

test-parts: $(READY) # tests that need no stage, or start their own
	@set -o pipefail; python -m pytest -v --no-header tests --ignore=tests/browser $(ON_ONE_STAGE:%=--ignore=%) $(labelled)
	@# The browser has a process of its own: it keeps an event loop, in which no other test could start one.
	@set -o pipefail; python -m pytest -v --no-header tests/browser $(ON_ONE_STAGE:%=--ignore=%) $(labelled)

test-whole: $(READY) # tests that share one local stage
	@set -o pipefail; python -m pytest -v --no-header $(ON_ONE_STAGE) $(labelled)

integration: $(READY) ## the integration suite against the deployed STAGE
	@python -m pytest tests/integration --stage $(STAGE)

evidence: $(READY) ## measure every promise of docs/security.md (an hour), into docs/evidence.md; ONLY=orders: that group anew
	@python -m tests.evidence.report $(if $(ONLY),--only $(ONLY))

mutation: $(READY) ## how many small changes to the code the tests notice (some hours on two cores)
	@python -m tests.evidence.mutation

sabotage: $(READY) ## break the code once for each promise of docs/security.md: its tests must fail (ten minutes)
	@nice python -m tests.sabotage

check: $(READY) ## lint, format and types
	@ruff check . && ruff format --check . && mypy --exclude benchmarks/contenders lambdas infra local frontend client benchmarks app.py

likeness: $(LIKENESS)/.ready ## learn anew what messages mean from local/hearing/languages, of the languages TAGS or of all
	@PYTHONPATH=.:lambdas OMP_NUM_THREADS=1 $(LIKENESS)/venv/bin/python -m local.hearing.train $(TAGS)

bench: $(BENCH)/.ready ## measure the function beside its peers, write docs/benchmarks/ and docs/cost.md (12 minutes)
	@python -m benchmarks

flash-sale: $(READY) ## simulate the quotas under a flash sale, write docs/benchmarks/flash-sale.md
	@python -m benchmarks.flash_sale

screenshots: $(READY) ## retake the pictures in docs/screenshots/
	@python -m pytest tests/browser/screenshots.py

page-scripts: $(READY) ## list the scripts that run in the page, with their hashes, in docs/page-scripts.json
	@python -m pytest tests/browser/script_inventory.py

page-figures: $(READY) ## measure how soon the page is usable and what it adds to a turn
	@python -m pytest -s tests/browser/figures.py

synth: $(READY) ## the CloudFormation templates of STAGE, in cdk.out; needs no AWS account
	@cdk synth --quiet --no-notices -c stage=$(STAGE) && ls cdk.out/PaymentChat-$(STAGE)-*.template.json

bootstrap: $(READY) ## prepare the AWS account of your credentials for CDK, once per region
	@cdk bootstrap --no-notices -c stage=$(STAGE)

deploy: $(READY) ## check the settings of STAGE, show what changes, deploy, prepare the model's words, run the smoke test
	@python -m infra.operations.preflight $(STAGE)
	@cdk synth --quiet --no-notices -c stage=$(STAGE)
	@cdk diff --no-notices --app cdk.out
	@cdk deploy --all --no-notices --app cdk.out --require-approval never
	@python -m infra.operations.words $(STAGE)
	@python -m infra.operations.smoke $(STAGE)

words: $(READY) ## have the model prepare its words on STAGE now; a schedule does it every day
	@python -m infra.operations.words $(STAGE)

hear: $(READY) ## have the model of STAGE choose what sayings and the corpus mean, and print how well, by language
	@python -m tests.conversations.hear $(STAGE)

smoke: $(READY) ## test the deployed STAGE: a conversation, an order, refusals, the model
	@python -m infra.operations.smoke $(STAGE)

check-page: $(READY) ## compare the deployed page at URL with docs/page-scripts.json
	@python -m infra.operations.check_page $(URL)

stripe-key: $(READY) ## store the Stripe key of STAGE, read from standard input
	@python -m infra.operations.stripe_key $(STAGE)

stripe-events: $(READY) ## have Stripe send its events to STAGE; ROTATE=yes: under a new secret
	@python -m infra.operations.stripe_events $(STAGE) $(ROTATE)

webhook-secret: $(READY) ## show the secret that webhooks of STAGE are signed with; ROTATE=yes, then ROTATE=end
	@python -m infra.operations.webhook_secret $(STAGE) $(ROTATE)

rollback: $(READY) ## go back to the previous version of the function on STAGE, or to VERSION
	@python -m infra.operations.rollback $(STAGE) $(VERSION)

destroy: $(READY) ## remove STAGE from that account (asks first)
	@cdk destroy --all --no-notices -c stage=$(STAGE)

setup: $(READY) ## install what the other commands need (they do it themselves)

lock: $(READY) ## resolve the dependency groups of pyproject.toml again, into requirements/
	@for group in uv lambda frontend dev likeness bench; do \
	  case $$group in dev) pinned="-c requirements/lambda.txt -c requirements/frontend.txt";; \
	    frontend | bench) pinned="-c requirements/lambda.txt";; *) pinned=;; esac; \
	  UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	    --python-version 3.11 $$pinned --group $$group -o requirements/$$group.txt; done

clean: ## remove what the commands made (the state of the local stage as well)
	rm -rf .venv .stage .cache cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
