#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# trust.sh [--serial N] [--pairs M] [--stress S] [--hosts LIST] [--no-self]: can
# the sandbox be trusted? Plain KVM guests and VMs in it, without our module, on
# each host series; and what sandbox/run itself promises. Short by default; the
# long round is --serial 40 --pairs 20 --stress 200. On a busy machine
# KX_PATIENCE=N multiplies all time limits.

set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/common.sh
. "$here/../../scripts/common.sh"

serial=2 pairs=1 stress=10 hosts=$KX_SERIES_ALL self=1
while [ $# -gt 0 ]; do
	case $1 in
	--serial) serial=$2; shift ;;
	--pairs) pairs=$2; shift ;;
	--stress) stress=$2; shift ;;
	--hosts) hosts=$2; shift ;;
	--no-self) self=0 ;;
	*) die "unknown option $1" ;;
	esac
	shift
done

run=$KX_TOP/sandbox/run
patience=${KX_PATIENCE:-1}
work=$(mktemp -d "${TMPDIR:-/tmp}/trust.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# expect NAME STATUS OPTIONS... -- CMD...: runs CMD in the sandbox and compares
# the exit status; leaves its output in $work/out and $work/err.
expect()
{
	local name=$1 want=$2 status=0
	shift 2
	"$run" --timeout $((60 * patience)) "$@" > "$work/out" 2> "$work/err" < /dev/null || status=$?
	if [ "$status" -ne "$want" ]; then
		failed_case "$name" "exit status $status, not $want"
		return 1
	fi
	# It failed as it should: its logs are of no use.
	sed -n 's/^.*logs of this run: //p' "$work/err" | while read -r dir; do
		case $dir in
		"$KX_BUILD"/sandbox/run.*) rm -rf "$dir" ;;
		esac
	done
}

failed_case()
{
	sed 's/^/  | /' "$work/out" "$work/err" | tail -n 30
	say "FAIL sandbox/$1: $2"
	failed=1
}

# check NAME WHY CMD...: PASS if CMD is true.
check()
{
	local name=$1 why=$2
	shift 2
	if "$@"; then
		say "PASS sandbox/$name"
	else
		failed_case "$name" "$why"
	fi
}

# shellcheck disable=SC2317 # called by check
said()
{
	cat "$work/out" "$work/err" | grep -qE "$1"
}

# shellcheck disable=SC2317 # called by check
only_output()
{
	[ "$(cat "$work/out")" = "$1" ]
}

self_tests()
{
	expect status 7 -- sh -c 'echo "for the log" > /dev/kmsg; echo one; echo two; exit 7' &&
		say "PASS sandbox/status" &&
		check output 'the output is not just what the command wrote' \
			only_output $'one\ntwo'

	expect warning 125 -- sh -c 'echo "WARNING: CPU: 0 PID: 1 at nowhere.c:1" > /dev/kmsg' &&
		check warning 'the line of the log is not shown' said 'WARNING: CPU: 0 PID: 1 at nowhere'

	expect crash 124 -- sh -c 'echo c > /proc/sysrq-trigger; sleep 30' &&
		check crash 'the panic is not shown' said 'Kernel panic - not syncing: sysrq'

	expect reset 124 -- sh -c 'echo "last words" > /dev/kmsg; echo b > /proc/sysrq-trigger; sleep 30' &&
		check reset 'the end of the log is not shown' said 'last words'

	expect hang 124 --timeout $((20 * patience)) -- sh -c 'echo "last words" > /dev/kmsg; sleep 1000' &&
		check hang 'the end of the log is not shown' said 'last words'

	# The sandbox is a machine on which modules load: native inside it. The
	# outer run finds the warning in its own log as well.
	# shellcheck disable=SC2016 # expands in the sandbox
	expect native 125 --timeout $((120 * patience)) -- sh -c '
		export HOST=native
		"$0" -- sh -c "exit 9"; echo "status: $?"
		"$0" -- "$1" plain-6.12-1
		"$0" -- sh -c "echo WARNING: CPU: 0 PID: 1 at native.c:1 > /dev/kmsg"
		echo "warning: $?"' "$run" "$KX_TOP/selftests/guests/in-host.sh" || return 0
	check native-status 'no status 9' said '^status: 9'
	check native-guest 'no PASS line of the guest' said '^PASS 6\.12/plain-6\.12-1'
	check native-warning 'no status 125' said '^warning: 125'
}

rounds()
{
	local host=$1 status=0
	local limit=$(((100 + serial * 40 + pairs * 120 + stress * 2) * patience))
	"$run" --kernel "$host" --timeout "$limit" -- \
		"$here/trust-in-host.sh" --serial "$serial" --pairs "$pairs" \
		--stress "$stress" || status=$?
	if [ "$status" -ne 0 ]; then
		[ "$status" -eq 1 ] || say "FAIL $host/trust: the sandbox ended with $status"
		failed=1
	fi
}

"$KX_TOP/selftests/guests/build.sh"
mkdir -p "$KX_BUILD/sandbox-tests"
gcc -O2 -Wall -Wextra -Werror -o "$KX_BUILD/sandbox-tests/vm-stress" "$here/vm-stress.c"

for host in $hosts; do
	rounds "$host"
done
[ "$self" = 0 ] || self_tests
exit "$failed"
