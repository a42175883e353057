#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the module does when its hooks cannot be had; called by run.sh on a host
# where the module is not loaded:
#	selftests/kvm/hooks.sh MODULE DIR
# DIR holds kx_hold and the tracer. One verdict a line.

set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/common.sh"

module=$1 dir=$2
bad=0
ftrace=/proc/sys/kernel/ftrace_enabled

# verdict NAME WHY: passes when WHY is empty.
verdict()
{
	if [ -z "$2" ]; then
		say "PASS kvm/hooks/$1"
	else
		say "FAIL kvm/hooks/$1: $2"
		bad=$((bad + 1))
	fi
}

# The kernel's log from here on.
mark()
{
	marker="kx-hooks-test-$RANDOM$RANDOM"
	printf '%s\n' "$marker" > /dev/kmsg
}

# logged TEXT: a line of ours since mark() has it.
logged()
{
	dmesg | sed "1,/$marker/d" | grep 'kvm_xen: ' | grep -qF -- "$1"
}

# attach: what becomes of one domain: "ready" or an errno's name.
attach()
{
	timeout 60 "$dir/kx_hold" -1 || true
}

loads()
{
	insmod "$module" 2>&1 || echo "insmod failed"
}

unloads()
{
	rmmod kvm_xen 2>&1 || echo "rmmod failed"
}

missing()
{
	local name why=''

	for name in kvm_cpuid emulator_get_cpl; do
		mark
		if insmod "$module" "pretend_missing=$name" 2> /dev/null; then
			why="loaded without $name"
			rmmod kvm_xen
		elif ! logged "$name"; then
			why="the log does not name $name"
		fi
		verdict "missing-$name" "$why"
	done
}

taken()
{
	local got why=''

	mark
	insmod "$dir/tracer/kx_tracer.ko" || why='insmod of the tracer failed'
	got=$(attach)
	[ "$got" = EBUSY ] || why="attach: wanted EBUSY, got $got"
	logged kvm_cpuid || why="${why:-the log does not name kvm_cpuid}"
	rmmod kx_tracer || why='rmmod of the tracer failed'
	verdict taken-by-a-tracer "$why"
}

# The tracer comes second: refused as long as there is a domain.
too_late()
{
	local line='' why=''

	coproc HOLD { exec "$dir/kx_hold"; }
	hold_pid=$!
	read -r -t 60 line <&"${HOLD[0]}" || true
	[ "$line" = ready ] || why="attach: $line"
	verdict attach-after-refusals "$why"

	why=''
	if insmod "$dir/tracer/kx_tracer.ko" 2> /dev/null; then
		why='a tracer took a function of ours'
		rmmod kx_tracer
	fi
	verdict tracer-is-refused "$why"

	why=''
	if echo 0 2> /dev/null > "$ftrace"; then
		why='ftrace was switched off under a domain'
		echo 1 > "$ftrace"
	elif [ "$(< "$ftrace")" != 1 ]; then
		why="ftrace_enabled is $(< "$ftrace")"
	fi
	verdict ftrace-stays-on "$why"

	why=$(rmmod kvm_xen 2>&1) && why='unloaded under a domain' || why=''
	verdict rmmod-is-refused "$why"
	kill "$hold_pid"
	wait "$hold_pid" 2> /dev/null || true
}

ftrace_off()
{
	local got why=''

	echo 0 > "$ftrace"
	mark
	got=$(attach)
	[ "$got" = ENOSYS ] || why="attach: wanted ENOSYS, got $got"
	logged ftrace_enabled || why="${why:-the log does not name ftrace_enabled}"
	echo 1 > "$ftrace"
	verdict ftrace-off "$why"
}

missing
verdict load "$(loads)"
taken
ftrace_off
too_late
# at once, while the hooks may be on their way out
verdict unload "$(unloads)"
[ "$bad" -eq 0 ]
