#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# trust-in-host.sh [--serial N] [--pairs M] [--stress SECONDS]: plain KVM guests
# and VMs on the host that this is; our module has no part in it.
#   --serial N    N guests one after another
#   --pairs M     M times two guests of 4 vCPUs at once, KVM tracepoints toggled
#   --stress S    VMs made and destroyed for S seconds, KVM tracepoints toggled

set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/common.sh
. "$here/../../scripts/common.sh"

serial=0 pairs=0 stress=0
while [ $# -gt 0 ]; do
	case $1 in
	--serial) serial=$2 ;;
	--pairs) pairs=$2 ;;
	--stress) stress=$2 ;;
	*) die "unknown option $1" ;;
	esac
	shift 2
done

host=$(uname -r | grep -oE '^[0-9]+\.[0-9]+')
events=/sys/kernel/tracing/events/kvm/enable
toggler='' failed=0

guest()
{
	"$KX_TOP/selftests/guests/run-guest" --mode plain "$@" || failed=1
}

start_toggling()
{
	[ -w "$events" ] || die "no $events"
	while :; do
		echo 1 > "$events"
		echo 0 > "$events"
		printf . >> "$toggles"
	done &
	toggler=$!
}

stop_toggling()
{
	[ -n "$toggler" ] || return 0
	kill "$toggler" 2>/dev/null || true
	wait "$toggler" 2>/dev/null || true
	toggler=''
	echo 0 > "$events"
	say "KVM tracepoints toggled $(wc -c < "$toggles") times"
	: > "$toggles"
}

toggles=$(mktemp "${TMPDIR:-/tmp}/toggles.XXXXXX")
trap 'stop_toggling; rm -f "$toggles"' EXIT

for ((i = 1; i <= serial; i++)); do
	guest --name "$host/plain-serial#$i" --vcpus 2 --timeout 120
done

if [ "$pairs" -gt 0 ]; then
	start_toggling
	for ((i = 1; i <= pairs; i++)); do
		pids=()
		for side in a b; do
			"$KX_TOP/selftests/guests/run-guest" --mode plain --vcpus 4 \
				--timeout 240 --name "$host/plain-pair#$i$side" &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid" || failed=1
		done
	done
	stop_toggling
fi

if [ "$stress" -gt 0 ]; then
	start_toggling
	if timeout $((stress + 60 * ${KX_PATIENCE:-1})) "$KX_BUILD/sandbox-tests/vm-stress" "$stress" 2; then
		say "PASS $host/vm-stress"
	else
		say "FAIL $host/vm-stress: ended with a failure or hung"
		failed=1
	fi
	stop_toggling
fi
exit "$failed"
