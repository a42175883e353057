#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# in-host.sh [--jobs N] [--repeat N] CASE...: runs guests on the host that this
# is, the sandbox's or a real one. A case is MODE-GUEST-VCPUS[-TEST], such as
# pvh-6.12-4 or pvhvm-6.1-2-idle; run-guest --help has the modes. Modes of Xen
# guests need the module: it is loaded for them, and unloaded at the end, which
# must work. KX_SHOW=proof or console prints more of each guest.

set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/common.sh
. "$here/../../scripts/common.sh"

jobs=1 repeat=1
while [ $# -gt 0 ]; do
	case $1 in
	--jobs) jobs=$2; shift 2 ;;
	--repeat) repeat=$2; shift 2 ;;
	-*) die "unknown option $1" ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || die 'no cases'

# The series that this host's kernel belongs to, or its release if none.
host_series()
{
	local series
	for series in $KX_SERIES_ALL debug; do
		if [ "$(cat "$KX_BUILD/kernels/$series/release" 2>/dev/null)" = "$(uname -r)" ]; then
			echo "$series"
			return
		fi
	done
	uname -r
}

host=$(host_series)
show=()
case ${KX_SHOW:-} in
proof) show=(--proof) ;;
console) show=(--verbose) ;;
esac
results=$(mktemp "${TMPDIR:-/tmp}/results.XXXXXX")
trap 'rm -f "$results"' EXIT

needs_module()
{
	printf '%s\n' "$@" | grep -q '^pvh'
}

load_module()
{
	local module=$KX_BUILD/module/$host/kvm-xen.ko
	[ -e /dev/kvm-xen ] && return 0
	[ -e "$module" ] || { say "FAIL $host/load: no build/module/$host/kvm-xen.ko"; return 1; }
	insmod "$module" || { say "FAIL $host/load: insmod"; return 1; }
	loaded=1
}

# The hooks go with the last domain, from a work item: a moment may pass.
unload_module()
{
	local i
	[ "$loaded" = 1 ] || return 0
	for i in 1 2 3 4 5 6; do
		if rmmod kvm-xen 2>/dev/null; then
			say "PASS $host/unload"
			return 0
		fi
		sleep "0.$i"
	done
	say "FAIL $host/unload: $(rmmod kvm-xen 2>&1)"
	return 1
}

run_case()
{
	local case=$1 suffix=$2 mode guest vcpus test
	IFS=- read -r mode guest vcpus test <<< "$case"
	"$here/run-guest" "${show[@]}" --mode "$mode" --guest "$guest" --vcpus "${vcpus:-1}" \
		--test "${test:-proof}" --name "$host/$case$suffix" 2>&1
}

# Output of guests that run beside each other is not mixed.
run_case_whole()
{
	local text status=0
	if [ "$jobs" -eq 1 ]; then
		run_case "$@" || status=$?
	else
		text=$(run_case "$@") || status=$?
		printf '%s\n' "$text"
	fi
	echo "$status" >> "$results"
}

loaded=0
if needs_module "$@"; then
	load_module || exit 1
fi
for ((round = 1; round <= repeat; round++)); do
	suffix=''
	[ "$repeat" -eq 1 ] || suffix="#$round"
	for case; do
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
			wait -n || true
		done
		run_case_whole "$case" "$suffix" &
	done
done
wait
status=0
unload_module || status=1
! grep -qv '^0$' "$results" || status=1
exit "$status"
