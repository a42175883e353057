#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the KVM selftests on the kernel that is running; inside the sandbox:
#	sandbox/run --kernel SERIES -- selftests/kvm/run.sh [--module FILE] SERIES [TEST...]
#
# With --module the module is loaded first and must unload at the end. It stays
# hooked (a domain is kept alive) while the tests run, stock ones too; only the
# tests of the hooks themselves come before. Tests are named without _test (stock
# ones with it); default: all. One verdict a line.

set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/common.sh"

STOCK_LIMIT_S=120

bad=0

pass()
{
	say "PASS $1"
}

fail()
{
	say "FAIL $1: $2"
	bad=$((bad + 1))
}

# stock NAME: exit 0 is not enough, the frame exits so when it ran nothing.
stock()
{
	local name=$1 log status=0

	log=$(timeout -k 5 "$STOCK_LIMIT_S" "$dir/frame/x86_64/$name" 2>&1) ||
		status=$?
	[ -z "${KX_VERBOSE:-}" ] || say "$log"
	if [ "$status" -eq 124 ]; then
		fail "kvm/stock/$name" "no end within $STOCK_LIMIT_S s"
	elif [ "$status" -ne 0 ]; then
		fail "kvm/stock/$name" "exit $status: ${log##*$'\n'}"
	elif grep -qi skip <<< "$log"; then
		fail "kvm/stock/$name" "skipped: $(grep -im1 skip <<< "$log")"
	else
		pass "kvm/stock/$name"
	fi
}

load()
{
	local err

	if err=$(insmod "$1" 2>&1) && [ -c /dev/kvm-xen ]; then
		pass kvm/module/load
	else
		fail kvm/module/load "${err:-no /dev/kvm-xen}"
		exit 1
	fi
}

unload()
{
	local err

	if err=$(rmmod kvm_xen 2>&1); then
		pass kvm/module/unload
	else
		fail kvm/module/unload "$err"
	fi
}

# Keep one domain alive, so that the hooks are in place meanwhile.
hold_domain()
{
	local line=''

	coproc HOLD { exec "$dir/kx_hold"; }
	hold_pid=$!
	if read -r -t 20 line <&"${HOLD[0]}" && [ "$line" = ready ]; then
		pass kvm/module/hold-domain
	else
		fail kvm/module/hold-domain "kx_hold is not ready: $line"
	fi
}

release_domain()
{
	kill "$hold_pid" 2> /dev/null || true
	wait "$hold_pid" 2> /dev/null || true
}

# The tests of the hooks load the module themselves.
run_hooks()
{
	chosen hooks || return 0
	ran=$((ran + 1))
	"$KX_TOP/selftests/kvm/hooks.sh" "$module" "$dir" || bad=$((bad + 1))
}

# chosen NAME: whether the command line asks for it.
chosen()
{
	local name

	[ ${#names[@]} -gt 0 ] || return 0
	for name in "${names[@]}"; do
		[ "$name" != "$1" ] || return 0
	done
	return 1
}

run_stock()
{
	local name

	for name in $(< "$dir/stock"); do
		chosen "$name" || continue
		stock "$name"
		ran=$((ran + 1))
	done
}

run_own()
{
	local program name

	for program in "$dir"/*_test; do
		name=${program##*/}
		name=${name%_test}
		chosen "$name" || continue
		ran=$((ran + 1))
		# Only the frame's own test runs on a host without the module.
		[ -n "$module" ] || [ "$name" = frame ] || continue
		# The framework's greeting is no verdict.
		"$program" | sed -u '/^Random seed:/d' || bad=$((bad + 1))
	done
}

module='' ran=0
if [ "${1:-}" = --module ]; then
	module=$2
	shift 2
fi
series=${1:?kernel series}
shift
names=("$@")
dir=$KX_BUILD/selftests/kvm/$series
[ -s "$dir/stock" ] || die "nothing built for $series: run selftests/kvm/build.sh"

if [ -n "$module" ]; then
	run_hooks
	load "$module"
	hold_domain
fi
run_own
run_stock
if [ -n "$module" ]; then
	release_domain
	unload
fi
[ "$ran" -gt 0 ] || fail kvm "no test of the name ${names[*]}"
[ "$bad" -eq 0 ]
