# One word per habit. Each installs or builds what it needs and is missing, and says a line about what it does.

.PHONY: help
help: ## these words
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: demo
demo: ## the quickstart in one process: devices enroll, statuses tell; needs Rust alone
	@scripts/demo

.PHONY: demo-kubernetes
demo-kubernetes: envtest ## the same with kubectl, on a real control plane that it starts and stops
	@scripts/demo-kubernetes

.PHONY: test
test: envtest ## all tests: a short run of the fuzzers, then of the crates, then of the world (control plane, PostgreSQL, SCEP clients)
	@echo '== tools of the tests'
	@scripts/install-tools test
	@echo '== fuzzers, five seconds each'
	@scripts/install-tools fuzz
	@scripts/fuzz 5
	@echo '== tests of the crates'
	@cargo test --workspace --exclude scepter-tests
	@echo '== tests of the world'
	@cargo test --package scepter-tests

.PHONY: attacks
attacks: ## the threats of the threat model made against the real process, and a table of what each came to
	@scripts/install-tools test
	@scripts/attacks

.PHONY: fuzz
fuzz: ## a minute of random input for each parser; FUZZ_SECONDS=600 for more
	@scripts/install-tools fuzz
	@scripts/fuzz $(or $(FUZZ_SECONDS),60)

.PHONY: e2e
e2e: envtest ## only the tests on the control plane
	@echo '== tests on the control plane'
	@cargo test --package scepter-tests --test cluster

.PHONY: lint
lint: ## format, clippy, dependencies, forbidden edges, generated files, scripts
	@echo '== tools of lint'
	@scripts/install-tools lint
	@echo '== format'
	@cargo fmt --all --check
	@echo '== clippy'
	@cargo clippy --workspace --all-targets --quiet -- --deny warnings
	@echo '== dependencies: bans, licenses, sources'
	@cargo deny --log-level error check bans licenses sources
	@echo '== edges between the rooms'
	@scripts/check-edges
	@echo '== generated files'
	@cargo test --quiet --package scepter-crd --test checked_in
	@cargo test --quiet --package scepter-policy --test rules documentation
	@echo '== scripts'
	@shellcheck .ci/run scripts/*

.PHONY: bench
bench: ## what judging and issuing cost: the policy engine, lint beside kubeconform, enrolments beside step-ca and micromdm
	@echo '== benches of the policy engine'
	@cargo bench --package scepter-policy --bench policy
	@echo '== lint beside kubeconform'
	@scripts/bench-lint
	@echo '== enrolments beside their cryptography, step-ca and micromdm/scep'
	@scripts/bench-issuance

.PHONY: crds
crds: ## write crds/scepter.yaml anew from the types
	@echo '== custom resource definitions'
	@SCEPTER_UPDATE_CRDS=1 cargo test --quiet --package scepter-crd --test checked_in

.PHONY: rules
rules: ## write docs/rules.md anew from the rules
	@echo '== rule reference'
	@SCEPTER_UPDATE_RULES=1 cargo test --quiet --package scepter-policy --test rules documentation

.PHONY: envtest
envtest: ## build the control plane of the tests, once: etcd, kube-apiserver, kube-controller-manager, kubectl
	@echo '== control plane of the tests'
	@cargo run --quiet --package scepter-tests --bin build-control-plane
