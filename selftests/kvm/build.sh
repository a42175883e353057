#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the KVM selftests framework of a kernel series, the stock tests that
# matter to us, and our own tests:
#	selftests/kvm/build.sh [6.12|6.1 ...]
# into build/selftests/kvm/<series>/.

set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/common.sh"

# The stock tests of a series; Xen's need KVM_XEN, which 6.1 lacks.
stock_tests()
{
	case $1 in
	6.12) say 'xen_shinfo_test xen_vmcall_test hyperv_clock' ;;
	6.1) say 'hyperv_clock' ;;
	*) die "unknown series $1 (known: $KX_SERIES_ALL)" ;;
	esac
}

# The module that stands in the way of ours; Kbuild writes beside the sources.
build_tracer()
{
	local tracer=$2/tracer

	mkdir -p "$tracer"
	cp -u "$KX_TOP"/selftests/kvm/tracer/* "$tracer"
	make -s -C "$KX_BUILD/kernels/$1/headers" M="$tracer" modules
}

build()
{
	local series=$1 out=$KX_BUILD/selftests/kvm/$1 stock start=$SECONDS

	stock=$(stock_tests "$series")
	"$KX_TOP/scripts/linux-source.sh" "$series"
	kx_lock "selftests-kvm-$series"
	mkdir -p "$out"
	printf '%s\n' "$stock" > "$out/stock"
	make -s -j2 -f "$KX_TOP/selftests/kvm/Makefile" TOP="$KX_TOP" OUT="$out" \
		SRC="$KX_BUILD/kernels/$series/source" STOCK="$stock"
	build_tracer "$series" "$out"
	say "KVM selftests for $series: built in $((SECONDS - start)) s"
}

read -ra all <<< "${*:-$KX_SERIES_ALL}"
for series in "${all[@]}"; do
	(build "$series")
done
