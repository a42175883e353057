#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 'make run': an unmodified Debian kernel as a Xen guest on kvm-xen, in the
# sandbox; prints what proves it. The environment chooses:
#   HOST_KERNEL   6.12 (default), 6.1: the KVM host
#   GUEST_KERNEL  6.12 (default), 6.1
#   VCPUS         2 by default
#   MODE          pvh (default), pvhvm; plain and plainbz need no module
#   TEST          what the guest does: proof (default), clock, idle, panic
#   VERBOSE=1     the guest's whole console
#   HOST=native   this machine is the host

set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

host=${HOST_KERNEL:-6.12} guest=${GUEST_KERNEL:-6.12} vcpus=${VCPUS:-2} mode=${MODE:-pvh}
test=${TEST:-proof}

case " $KX_SERIES_ALL " in
*" $guest "*) ;;
*) die "GUEST_KERNEL is '$guest'; it is one of: $KX_SERIES_ALL" ;;
esac
case $mode in
pvh | pvhvm | plain | plainbz) ;;
*) die "MODE is '$mode'; it is one of: pvh pvhvm plain plainbz" ;;
esac
[[ $vcpus =~ ^[1-9][0-9]*$ ]] || die "VCPUS is '$vcpus'; it is a number"

kernels=$host
[ "$guest" = "$host" ] || kernels+=" $guest"
case $host in
debug) kernels=$guest ;;
esac

step setup 120 "$KX_TOP/scripts/setup.sh"
# shellcheck disable=SC2086 # a list of words
step kernels 120 "$KX_TOP/scripts/kernels.sh" $kernels
[ "${HOST:-}" = native ] || step qemu 300 "$KX_TOP/scripts/qemu.sh"
case $mode in
pvh*) step module 60 "$KX_TOP/scripts/module.sh" "$host" ;;
esac
step 'guest image' 30 "$KX_TOP/selftests/guests/build.sh" "$guest"

export KX_SHOW=proof
[ "${VERBOSE:-0}" = 0 ] || export KX_SHOW=console
case=$mode-$guest-$vcpus
[ "$test" = proof ] || case+=-$test
step "$guest guest ($mode, vCPUs: $vcpus) on a $host host" 60 \
	"$KX_TOP/sandbox/run" --kernel "$host" --timeout 200 -- \
	"$KX_TOP/selftests/guests/in-host.sh" "$case"
