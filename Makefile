# Each target works from a bare clone: what it needs is installed first.
.DEFAULT_GOAL := help
.PHONY: demo dev up down status test ok bench proof clean help

NODE := bin/node
INSTALLED := node_modules/.installed

# node_modules from another source (npm install, a link to another checkout's) are used as they are.
$(INSTALLED): package-lock.json
	@if [ -L node_modules ] || { [ -e node_modules/.package-lock.json ] && [ ! node_modules/.package-lock.json -ot package-lock.json ]; }; \
	then :; else echo "installing Node and the packages from npm, once: about 280 MB, some minutes without a word" >&2; npm ci --ignore-scripts --loglevel=error >&2; fi
	@touch $@

# Where no stack was ever started there is nothing to ask, and nothing to install for it.
IF_STARTED = if [ -e "$${COMMS_STACK_ROOT:-.}/.carillon/ports.json" ]; then $(MAKE) -s $(INSTALLED) && $(NODE) stack/main.ts $(1); \
	else echo "The stack was never started here: start it with 'make up'." >&2; fi

demo: $(INSTALLED) ## Start everything and watch messages pass each stage (ONCE=1: bounded, ends with a JSON summary)
	@$(NODE) cli/main.ts demo $(if $(filter-out 0,$(ONCE)),--once)

dev: $(INSTALLED) ## Run everything in one process, again at each change of code; changed templates are published
	@$(NODE) tools/dev.ts

up: $(INSTALLED) ## Start Kafka, the registry, Postgres and Redis, and wait until they answer
	@$(NODE) stack/main.ts up

down: ## Stop them; the data stay
	@$(call IF_STARTED,down)

status: ## Print every address, and what runs there
	@$(call IF_STARTED,status)

test: $(INSTALLED) ## Run all tests: unit, contract, and integration on the real stack
	@$(NODE) tools/test.ts

ok: $(INSTALLED) ## Run the static checks
	@npm run --silent ok

BENCH_OPTIONS := COUNT RATE LAYOUT LATENCY CHANNEL RUNS SENDERS MINUTES
lower = $(shell printf '%s' '$(1)' | tr A-Z a-z)

bench: $(INSTALLED) ## Measure (SUITE=drain, sender, peer, codes, slo, soak, broker; docs/figures.md has their options)
	@$(NODE) tests/bench/main.ts $(SUITE) $(foreach option,$(BENCH_OPTIONS),$(if $($(option)),--$(call lower,$(option))=$($(option))))

proof: $(INSTALLED) ## Prove what takes longer than a test may, and write its figures to docs/proofs.md (SUITE=simulation, attacks, naughty)
	@$(NODE) tests/proof/main.ts $(SUITE)

clean: ## Stop the stack and remove its data (the fetched servers stay in the cache)
	@$(call IF_STARTED,clean)

help: ## Print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
