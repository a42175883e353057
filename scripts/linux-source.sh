#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unpacks the parts of a linux-source package that the KVM selftests and lint need:
#	scripts/linux-source.sh [6.12|6.1 ...]
# leaves build/kernels/<series>/source with the user headers made. Quick when nothing changed.

set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# Folders and files of the source, as they stand in the archive. A trailing * takes any suffix.
wanted=(
	Makefile Kbuild Kconfig scripts include arch/x86
	tools/testing/selftests/kvm tools/testing/selftests/rseq
	tools/testing/selftests/kselftest tools/testing/selftests/lib.mk
	tools/testing/selftests/'kselftest*.h'
	tools/include tools/arch/x86 tools/scripts tools/build tools/lib
	usr/include usr/Makefile
)

# recipe - what the unpacked tree depends on besides the package itself
recipe()
{
	sha256sum <"${BASH_SOURCE[0]}" | cut -d' ' -f1
}

# candidate PKG - the version apt would install, empty when apt knows none
candidate()
{
	apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p' | grep -v '^(none)$' || true
}

# fetch PKG VERSION - prints the path of the package file, downloaded when it is not there yet
fetch()
{
	local pkg=$1 version=$2 dir=$KX_BUILD/debs deb
	deb=$dir/${pkg}_${version//:/%3a}_all.deb
	mkdir -p "$dir"
	if [ ! -s "$deb" ]; then
		(cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "$pkg=$version") >&2
		[ -s "$deb" ] || die "apt-get download left no $deb"
	fi
	printf '%s\n' "$deb"
}

unpack()
{
	local series=$1 deb=$2 to=$3 name=linux-source-$1 member
	local -a members=()
	for member in "${wanted[@]}"; do
		members+=("$name/$member")
	done
	rm -rf "$to"
	mkdir -p "$to"
	dpkg-deb --fsys-tarfile "$deb" |
		tar -xO "./usr/src/$name.tar.xz" |
		xz -dc -T0 |
		tar -x -C "$to" --strip-components=1 --wildcards --no-wildcards-match-slash \
			"${members[@]}"
}

user_headers()
{
	make -s -C "$1" ARCH=x86 -j2 headers >"$1/headers.log" 2>&1 ||
		{ tail -n 20 "$1/headers.log" >&2; die "making the user headers failed"; }
	[ -f "$1/usr/include/linux/kvm.h" ] || die "no user headers in $1"
}

one()
{
	local series=$1 pkg=linux-source-$1 home=$KX_BUILD/kernels/$1
	local stamp=$home/source.stamp version have deb
	mkdir -p "$home"
	kx_lock kernels
	version=$(candidate "$pkg")
	have=$(cat "$stamp" 2>/dev/null || true)
	if [ -z "$version" ]; then
		[ -z "$have" ] || { say "source $series: ${have%% *}, apt knows no newer"; return 0; }
		die "apt knows no package $pkg: run scripts/setup.sh (it updates the package lists)"
	fi
	if [ "$have" = "$version $(recipe)" ] && [ -f "$home/source/usr/include/linux/kvm.h" ]; then
		say "source $series: $version, unpacked before"
		return 0
	fi
	say "source $series: unpacking $version"
	rm -f "$stamp"
	deb=$(fetch "$pkg" "$version")
	unpack "$series" "$deb" "$home/source.new"
	user_headers "$home/source.new"
	rm -rf "$home/source"
	mv "$home/source.new" "$home/source"
	rm -f "$deb"
	printf '%s %s\n' "$version" "$(recipe)" >"$stamp"
}

read -ra all <<< "${*:-$KX_SERIES_ALL}"
for series in "${all[@]}"; do
	case $series in
	6.12 | 6.1) ( one "$series" ) ;;
	*) die "unknown series $series (6.12 or 6.1)" ;;
	esac
done
