# SPDX-License-Identifier: GPL-2.0-only
#
# Every verb is one script; this file only says which must have run before.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Read by the scripts; empty means the script's own default.
export HOST_KERNEL GUEST_KERNEL VCPUS MODE VERBOSE HOST

VERBS := help setup kernels qemu qemu-fault module run check soak lint sandbox-shell clean
.PHONY: $(VERBS)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | \
		while IFS=$$'\t' read -r verb text; do printf '  make %-14s %s\n' "$$verb" "$$text"; done
	@printf '%s\n' '' \
		'  HOST_KERNEL=6.12|6.1   the KVM host in the sandbox (default 6.12)' \
		'  GUEST_KERNEL=6.12|6.1  the guest of make run (default 6.12)' \
		'  VCPUS=N MODE=pvh|pvhvm the guest of make run (default 2, pvh)' \
		'  VERBOSE=1              show the whole console' \
		'  HOST=native            use this machine as the host, without a sandbox'

setup: ## install the packages this needs (root or sudo)
	@scripts/setup.sh

kernels: setup ## unpack the newest packaged 6.12 and 6.1 kernels and headers
	@scripts/kernels.sh

qemu: setup ## build the sandbox's emulator (minutes the first time, then cached)
	@scripts/qemu.sh

qemu-fault: kernels qemu ## show what patch PATCH=N of qemu/patches mends
	@qemu/fault.sh "$(PATCH)"

module: kernels ## build the module for both kernels
	@for series in 6.12 6.1; do scripts/module.sh $$series || exit 1; done

run: kernels qemu ## start a Debian guest on the module, in the sandbox
	@scripts/run.sh

check: kernels qemu ## one short round of every test
	@scripts/check.sh

soak: kernels qemu ## the long counts (hours)
	@scripts/soak.sh

lint: setup kernels ## floors, style, static checks
	@scripts/lint.sh

sandbox-shell: kernels qemu ## a shell on the sandbox's host
	@sandbox/run --tty -- bash

clean: ## remove build/ (the cache outside stays)
	@rm -rf build
