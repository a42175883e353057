# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by every script: where things are, and how steps are reported.
#
#   KX_TOP, KX_BUILD, KX_CACHE   the checkout, its build directory, the cache
#   say, warn, die               messages; die ends the script with status 1
#   step NAME BUDGET_S CMD...    run CMD, report its duration against a budget
#   kx_lock NAME                 serialise parallel callers until the caller ends

KX_TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
KX_BUILD=$KX_TOP/build
KX_CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kvm-xen
KX_SERIES_ALL='6.12 6.1'
export KX_TOP KX_BUILD KX_CACHE KX_SERIES_ALL

say()
{
	printf '%s\n' "$*"
}

warn()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	warn "$@"
	exit 1
}

# step NAME BUDGET_S CMD...: the budget is told, not enforced; the exit status
# is CMD's.
step()
{
	local name=$1 budget=$2 start=$SECONDS status=0
	shift 2

	say "== $name (budget $budget s)"
	"$@" || status=$?
	local took=$((SECONDS - start)) verdict=ok
	if [ "$status" -ne 0 ]; then
		verdict="FAILED ($status)"
	elif [ "$took" -gt "$budget" ]; then
		verdict='ok, over its budget'
	fi
	say "== $name: $took s, $verdict"
	return "$status"
}

# kx_lock NAME: hold a lock until this process ends, so that two runs that
# would write the same files follow each other. The descriptor is inherited by
# children on purpose: they write the files.
kx_lock()
{
	mkdir -p "$KX_BUILD/locks"
	exec {KX_LOCK_FD}> "$KX_BUILD/locks/$1"
	if ! flock -n "$KX_LOCK_FD"; then
		say "waiting for another run of $1"
		flock "$KX_LOCK_FD"
	fi
}
