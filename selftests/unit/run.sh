#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds and runs the unit tests; one verdict a line:
#	selftests/unit/run.sh [SUITE...]
# KX_SEED and KX_STEPS choose the random test of event channels.

set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/common.sh"

bad=0

# include/xenabi/ against Xen's own headers, in both widths; it is decided when
# it is compiled.
layouts()
{
	local source=$KX_TOP/selftests/unit/check_xenabi.c dir=$KX_BUILD/unit
	local multiarch

	multiarch=$(gcc -print-multiarch)
	if gcc -I"$KX_TOP/include" -Wall -Werror -m32 -ffreestanding -fsyntax-only \
		-idirafter "/usr/include/$multiarch" "$source"; then
		say 'PASS unit/xenabi/layouts_32'
	else
		say 'FAIL unit/xenabi/layouts_32: it does not compile'
		bad=1
	fi
	if gcc -I"$KX_TOP/include" -Wall -Werror -o "$dir/check_xenabi" "$source" &&
		"$dir/check_xenabi" > /dev/null; then
		say 'PASS unit/xenabi/layouts_64'
	else
		say 'FAIL unit/xenabi/layouts_64: it does not compile'
		bad=1
	fi
}

"$KX_TOP/selftests/unit/build.sh"
[ $# -gt 0 ] || layouts
# Leaks are counted by the tests themselves.
ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	timeout -k 5 600 "$KX_BUILD/unit/unit" "$@" || bad=1
exit "$bad"
