#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the unit tests of the pure rooms, with the rooms themselves, into
# build/unit/. Needs no kernel build: only the packaged headers of 6.12, which
# hold Xen's interface.

set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/common.sh"

series=6.12
out=$KX_BUILD/unit

# common_headers: the directory of the headers package's common part.
common_headers()
{
	local dir

	for dir in "$KX_BUILD/kernels/$series"/tree/usr/src/linux-headers-*-common; do
		[ ! -f "$dir/include/xen/interface/xen.h" ] || printf '%s\n' "$dir"
	done
}

kernel=$(common_headers)
if [ -z "$kernel" ]; then
	"$KX_TOP/scripts/kernels.sh" "$series"
	kernel=$(common_headers)
fi
[ -n "$kernel" ] || die "the headers of $series hold no xen/interface/xen.h"
pkg-config --exists check || die "libcheck is missing: run scripts/setup.sh test"

start=$SECONDS
kx_lock unit
mkdir -p "$out"
# Other headers than last time: everything is compiled anew.
[ "$(cat "$out/kernel" 2> /dev/null)" = "$kernel" ] || printf '%s\n' "$kernel" > "$out/kernel"
make -s -j2 -f "$KX_TOP/selftests/unit/Makefile" TOP="$KX_TOP" OUT="$out" \
	KERNEL="$kernel"
say "unit tests: built in $((SECONDS - start)) s"
