#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 'make check': one short case of everything, fast checks first, then 6.12,
# then 6.1. Every test prints PASS, FAIL or SKIP and its name; they are counted
# here. A skip is a failure, and so is a step that fails without naming a test
# or that runs none. The last line is "N passed, N failed".
set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

log=$(mktemp "${TMPDIR:-/tmp}/kvm-xen-check.XXXXXX")
trap 'rm -f "$log"' EXIT
passed=0 failed=0 failures=()

# tests NAME BUDGET_S CMD...: a step whose verdict lines count.
tests()
{
	local name=$1 status=0 p f line

	step "$@" > >(tee "$log") 2>&1 || status=$?
	# tee has the last line when the step's has appeared
	until grep -q "^== $name: " "$log"; do
		sleep 0.1
	done
	p=$(grep -c '^PASS ' "$log") || true
	f=$(grep -cE '^(FAIL|SKIP) ' "$log") || true
	while IFS= read -r line; do
		failures+=("$line")
	done < <(grep -E '^(FAIL|SKIP) ' "$log")
	if [ "$f" -eq 0 ] && [ "$status" -ne 0 ]; then
		f=1
		failures+=("FAIL step $name: exit status $status")
	elif [ $((p + f)) -eq 0 ]; then
		f=1
		failures+=("FAIL step $name: no test ran")
	fi
	passed=$((passed + p)) failed=$((failed + f))
}

# must NAME BUDGET_S CMD...: a step without which the others make no sense.
must()
{
	step "$@" || die "$1 failed: nothing more can be tested"
}

# the KVM selftests of a host, with the module
kvm_tests()
{
	"$KX_TOP/sandbox/run" --kernel "$1" --timeout $((400 * ${KX_PATIENCE:-1})) -- \
		"$KX_TOP/selftests/kvm/run.sh" \
		--module "$KX_BUILD/module/$1/kvm-xen.ko" "$1"
}

# the sandbox's host is a machine with KVM: the same targets run on it natively
native_test()
{
	"$KX_TOP/sandbox/run" --timeout $((200 * ${KX_PATIENCE:-1})) -- \
		env HOST=native "$KX_TOP/sandbox/run" -- \
		"$KX_TOP/selftests/guests/in-host.sh" pvh-6.12-1
}

must set-up 300 "$KX_TOP/scripts/setup.sh"
must kernels 180 "$KX_TOP/scripts/kernels.sh"
must emulator 400 "$KX_TOP/scripts/qemu.sh"
for series in $KX_SERIES_ALL; do
	must "module for $series" 60 "$KX_TOP/scripts/module.sh" "$series"
done
must 'guest images' 60 "$KX_TOP/selftests/guests/build.sh"
must 'KVM selftests, build' 120 "$KX_TOP/selftests/kvm/build.sh"

tests 'unit tests' 120 "$KX_TOP/selftests/unit/run.sh"
tests 'the sandbox itself' 240 "$KX_TOP/selftests/sandbox/trust.sh" --hosts ''
for series in $KX_SERIES_ALL; do
	tests "KVM selftests on $series" 180 kvm_tests "$series"
	tests "guests on $series" 300 "$KX_TOP/selftests/guests/run.sh" "$series"
	tests "plain KVM on $series" 180 \
		"$KX_TOP/selftests/sandbox/trust.sh" --hosts "$series" --no-self
done
tests 'HOST=native in the sandbox' 60 native_test

[ ${#failures[@]} -eq 0 ] || printf '%s\n' '' "${failures[@]}"
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
