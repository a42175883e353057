#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 'make soak': the long counts, by hand; hours. Arguments choose hosts
# (default: all).
set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

[ $# -gt 0 ] || read -ra hosts <<< "$KX_SERIES_ALL"
[ $# -eq 0 ] || hosts=("$@")
status=0

for host in "${hosts[@]}"; do
	step "module for $host" 60 "$KX_TOP/scripts/module.sh" "$host"
	step "40 Xen PVH guests of 4 vCPUs in a row on $host" 1200 \
		"$KX_TOP/selftests/guests/run.sh" "$host" --repeat 40 --jobs 1 \
		pvh-6.12-4 || status=1
	step "40 plain guests, 2 x 20 in pairs, VM creation on $host" 3600 \
		"$KX_TOP/selftests/sandbox/trust.sh" --no-self --hosts "$host" \
		--serial 40 --pairs 20 --stress 200 || status=1
done
exit "$status"
