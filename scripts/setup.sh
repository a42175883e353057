#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/setup.sh [GROUP...]: install the Debian packages that the groups need
# (default: all). Needs root, or sudo; without either it lists what is missing and
# ends with status 1. What is installed already is left alone.
# scripts/setup.sh --update fetches the package lists again.
#
# Groups: build (kernel modules), sandbox, qemu, test, guests, lint. What a
# directory needs besides stands in its own file "packages", one name a line;
# qemu/ and sandbox/ belong to the groups of their names, selftests/*/ to test.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

all_groups='build sandbox qemu test lint'

# group_packages GROUP: names, one a line.
group_packages()
{
	case $1 in
	build)
		# The headers name gcc-12; pahole writes the module's BTF; rsync is
		# for the kernel's headers_install.
		printf '%s\n' make gcc gcc-12 libc6-dev binutils libelf1 pahole \
			kmod perl rsync xz-utils zstd
		;;
	sandbox)
		printf '%s\n' xz-utils zstd kmod
		listed "$KX_TOP"/sandbox/packages
		;;
	qemu)
		listed "$KX_TOP"/qemu/packages
		;;
	test)
		printf '%s\n' qemu-system-x86 check pkg-config
		listed "$KX_TOP"/selftests/packages "$KX_TOP"/selftests/*/packages
		;;
	lint)
		printf '%s\n' git make perl shellcheck sparse
		listed "$KX_TOP"/scripts/packages
		;;
	*) die "unknown group $1 (known: $all_groups)" ;;
	esac
}

# listed FILE...: the names in those of the files that exist.
listed()
{
	local file

	for file; do
		[ -r "$file" ] || continue
		sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$file"
	done
}

# missing NAME...: those that are not installed.
missing()
{
	local name

	for name; do
		# shellcheck disable=SC2016 # dpkg-query's own variables
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2> /dev/null)" = installed ] ||
			printf '%s\n' "$name"
	done
}

# stale NAME...: true when packages are to be installed (a machine that lacks
# some may never have fetched all its lists), or a kernel cannot be found by name.
stale()
{
	local series

	[ $# -eq 0 ] || return 0
	for series in $KX_SERIES_ALL; do
		[ -n "$(apt-cache pkgnames "linux-image-$series." 2> /dev/null)" ] || return 0
	done
	return 1
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# may_install: whether packages can be installed at all.
may_install()
{
	[ "$(id -u)" -eq 0 ] || command -v sudo > /dev/null
}

update_lists()
{
	say "package lists: apt-get update"
	as_root apt-get -q -o DPkg::Lock::Timeout=300 update
}

install()
{
	say "installing: $*"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

main()
{
	local -a groups names want
	local group

	command -v apt-get > /dev/null || die "this needs a Debian system (apt-get)"
	if [ "${1:-}" = --update ]; then
		may_install || die "package lists are stale; as root, run: apt-get update"
		update_lists
		return
	fi
	read -r -a groups <<< "$all_groups"
	[ $# -eq 0 ] || groups=("$@")
	names=()
	for group in "${groups[@]}"; do
		group_packages "$group" > /dev/null
		mapfile -t -O "${#names[@]}" names < <(group_packages "$group")
	done
	mapfile -t names < <(printf '%s\n' "${names[@]}" | sort -u)
	mapfile -t want < <(missing "${names[@]}")

	if ! may_install; then
		[ "${#want[@]}" -eq 0 ] || die "packages are missing; as root, run:" \
			"apt-get install --no-install-recommends ${want[*]}"
	elif stale ${want[@]+"${want[@]}"}; then
		update_lists || warn "apt-get update failed; going on with what is there"
	fi
	if [ "${#want[@]}" -gt 0 ]; then
		kx_lock setup
		install "${want[@]}" || {
			# The lists may name versions that the archive has replaced.
			update_lists
			install "${want[@]}"
		} || true
		mapfile -t want < <(missing "${names[@]}")
		[ "${#want[@]}" -eq 0 ] || die "still missing: ${want[*]}"
	fi
	say "packages: all ${#names[@]} of ${groups[*]} are installed"
}

main "$@"
