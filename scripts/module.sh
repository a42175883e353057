#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the module for a packaged kernel: build/module/<series>/kvm-xen.ko
set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

rooms=(include kvm-xen hypercalls shinfo evtchn gnttab)

build_one() {
	local series=$1
	local headers=$KX_BUILD/kernels/$series/headers
	local out=$KX_BUILD/module/$series

	[ -e "$headers/Makefile" ] || "$KX_TOP/scripts/kernels.sh" "$series"
	mkdir -p "$out"
	# Kbuild writes beside the sources: each kernel gets a copy of them
	for room in "${rooms[@]}"; do
		mkdir -p "$out/$room"
		(cd "$KX_TOP/$room" && find . -type f -print0 | sort -z |
			while IFS= read -r -d '' f; do
				mkdir -p "$out/$room/$(dirname "$f")"
				cmp -s "$f" "$out/$room/$f" || cp "$f" "$out/$room/$f"
			done)
		# sources that are gone must not be found by a stale include
		(cd "$out/$room" && find . -name '*.[chS]' ! -name '*.mod.c' -print |
			while IFS= read -r f; do
				[ -e "$KX_TOP/$room/$f" ] || rm -f "$f"
			done)
	done
	cmp -s "$KX_TOP/Kbuild" "$out/Kbuild" || cp "$KX_TOP/Kbuild" "$out/Kbuild"
	make -s -j"$(nproc)" -C "$headers" M="$out" modules
}

[ $# -gt 0 ] || set -- 6.12 6.1
for series; do
	build_one "$series" || die "the module does not build for $series"
done
