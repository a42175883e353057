#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh HOST_SERIES [--jobs N] [--repeat N] [CASE...]: real guests on a host,
# all in one boot of the sandbox. Without cases: the matrix of 'make check'.
# A case is MODE-GUEST-VCPUS[-TEST]; see in-host.sh. On a busy machine
# KX_PATIENCE=N multiplies all time limits.

set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/common.sh
. "$here/../../scripts/common.sh"

[ $# -gt 0 ] || die 'which host series?'
host=$1
shift
jobs=2 repeat=1
while [ $# -gt 0 ]; do
	case $1 in
	--jobs) jobs=$2; shift 2 ;;
	--repeat) repeat=$2; shift 2 ;;
	-*) die "unknown option $1" ;;
	*) break ;;
	esac
done
if [ $# -eq 0 ]; then
	for guest in $KX_SERIES_ALL; do
		for mode in pvh pvhvm; do
			set -- "$@" "$mode-$guest-1" "$mode-$guest-4"
		done
	done
	set -- "$@" pvh-6.12-2-panic pvhvm-6.12-2-panic pvh-6.12-4-clock pvh-6.12-4-idle
fi

"$here/build.sh"
# What a host that hangs is given; a guest that hangs has its own limit.
limit=$(((100 + $# * repeat * 40) * ${KX_PATIENCE:-1}))
status=0
"$KX_TOP/sandbox/run" --kernel "$host" --timeout "$limit" -- \
	"$here/in-host.sh" --jobs "$jobs" --repeat "$repeat" "$@" || status=$?
case $status in
0 | 1) ;;
*) say "FAIL $host/guests: the sandbox ended with $status" ;;
esac
exit "$status"
