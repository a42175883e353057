#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fault.sh N [SECONDS]: show what patch N of qemu/patches is worth. Builds the
# emulator without it (minutes, the first time), provokes the fault in a sandbox
# on each of the two, and tells what was seen. Exit status 0 when the emulator
# with all patches shows nothing; "not seen" on the other is an answer, too.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/common.sh
. "$here/../scripts/common.sh"

tests=('' flags code virq cr8 cmpxchg)
number=${1:-} seconds=${2:-60}
[[ $number =~ ^[1-5]$ && $seconds =~ ^[0-9]+$ ]] || die "usage: fault.sh 1|2|3|4|5 [SECONDS]"

"$KX_TOP/scripts/qemu.sh"
"$KX_TOP/scripts/qemu.sh" --without "$number"

bin=$KX_BUILD/qemu-faults
mkdir -p "$bin"
gcc -O2 -Wall -Wextra -Werror -pthread -o "$bin/faults" "$here/faults.c"

# provoke EMULATOR: the exit status of the sandbox.
provoke()
{
	local status=0

	KX_QEMU=$1/bin/qemu-system-x86_64 "$KX_TOP/sandbox/run" --timeout $((seconds + 120)) -- \
		"$bin/faults" "${tests[number]}" "$seconds" > "$bin/log" 2>&1 || status=$?
	return "$status"
}

# tell WHICH STATUS SECONDS
tell()
{
	case $2 in
	0) say "$1: not seen in $seconds s" ;;
	1) say "$1: seen after $3 s" ;;
	124|125) say "$1: the sandbox died or complained after $3 s" ;;
	*) cat "$bin/log" >&2; die "$1: the test could not be made (status $2)" ;;
	esac
	grep -aE '^(seen|flags|code|virq|cr8|cmpxchg):|Oops|BUG|emulator ended|went down|hangs' "$bin/log" |
		cut -c -150 | head -n 4 | sed 's/^/  /'
}

status=0 start=$SECONDS
provoke "$KX_BUILD/qemu-without-$number" || status=$?
tell "without patch $number" "$status" $((SECONDS - start))
status=0 start=$SECONDS
provoke "$KX_BUILD/qemu" || status=$?
tell "with all patches" "$status" $((SECONDS - start))
[ "$status" -eq 0 ]
