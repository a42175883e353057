#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unpack the newest packaged kernel image and headers of each series named
# (default: all) into build/kernels/<series>/; nothing is installed.
#
#   release    uname -r of that kernel
#   versions   the packages it was made from, one NAME=VERSION a line
#   root/      the unpacked image: boot/vmlinuz-*, lib/modules/<release>
#   headers    for make -C build/kernels/<series>/headers M=... modules
#
# Packages are found by name, since a version's packages vanish from the
# archive when it is superseded. Without network or package lists, what was
# unpacked before is used as it is.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# read_lists: what apt can serve: into the arrays version and depends, by package
# name. One call, since apt may have to read its lists anew at each.
declare -A version=() depends=()
read_lists()
{
	local name text needs

	version=() depends=()
	while IFS=$'\t' read -r name text needs; do
		version[$name]=$text
		depends[$name]=$needs
	done < <(LC_ALL=C apt-cache dumpavail | awk '
		$1 == "Package:" { name = $2; text = needs = "" }
		$1 == "Version:" { text = $2 }
		$1 == "Depends:" {
			for (i = 2; i <= NF; i++)
				if ($i ~ /^linux-/)
					needs = needs " " $i
			gsub(",", "", needs)
		}
		$0 == "" && name ~ /^linux-(image|headers|kbuild)-/ {
			print name "\t" text "\t" needs
		}')
}

# newest_release SERIES: uname -r of the newest packaged amd64 kernel that has
# both an image and headers; the flavours (-rt, -cloud) and the unsigned and
# debug packages do not match.
newest_release()
{
	local name release best=''

	for name in ${version[@]+"${!version[@]}"}; do
		[[ $name == "linux-image-$1."* ]] || continue
		[[ $name =~ ^linux-image-[0-9.]+([-+~][0-9a-z.~+]+)?-amd64$ ]] || continue
		release=${name#linux-image-}
		[ -n "${version[linux-headers-$release]:-}" ] || continue
		if [ -z "$best" ] || dpkg --compare-versions "$release" gt "$best"; then
			best=$release
		fi
	done
	printf '%s' "$best"
}

# wanted RELEASE: NAME=VERSION of every package to unpack for it.
wanted()
{
	local name

	printf '%s=%s\n' "linux-image-$1" "${version[linux-image-$1]}" \
		"linux-headers-$1" "${version[linux-headers-$1]}"
	for name in ${depends[linux-headers-$1]}; do
		case $name in
		linux-headers-*-common|linux-kbuild-*)
			[ -n "${version[$name]:-}" ] || die "no package $name to be had"
			printf '%s=%s\n' "$name" "${version[$name]}"
			;;
		esac
	done
}

# fetch PACKAGE=VERSION...: into the current directory.
fetch()
{
	local -a options=(-o APT::Sandbox::User=root)

	# apt prints one line for each package it gets.
	apt-get "${options[@]}" download "$@"
}

# relocate DIR RELEASE: the header packages name each other by the absolute
# paths of an installed system; point them into DIR.
relocate()
{
	local dir=$1 release=$2 link target file

	while IFS= read -r -d '' link; do
		target=$(readlink "$link")
		case $target in
		/usr/src/*|/usr/lib/*|/lib/*)
			[ -e "$dir$target" ] || continue
			ln -sfn "$(realpath -m --relative-to="${link%/*}" "$dir$target")" "$link"
			;;
		esac
	done < <(find "$dir/usr" "$dir/lib" -type l -print0 2> /dev/null)

	file=$dir/usr/src/linux-headers-$release/Makefile
	[ -e "$file" ] || die "no Makefile in linux-headers-$release"
	sed -i -E "s,(^|[[:space:]])(/usr/src/),\\1$dir\\2," "$file"
}

unpack_series()
{
	local series=$1 release=$2 list=$3
	local dest=$KX_BUILD/kernels/$series tmp deb entry

	tmp=$KX_BUILD/kernels/.$series.new
	rm -rf "$tmp"
	mkdir -p "$tmp/debs" "$tmp/root" "$tmp/tree"
	(cd "$tmp/debs" && mapfile -t entries <<< "$list" &&
		fetch "${entries[@]}") || die "download for $series failed"

	while read -r entry; do
		set -- "$tmp"/debs/"${entry%%=*}"_*.deb
		deb=$1
		[ -s "$deb" ] || die "package $entry was not downloaded"
		say "unpack ${deb##*/}"
		case $entry in
		linux-image-*) dpkg-deb -x "$deb" "$tmp/root" ;;
		*) dpkg-deb -x "$deb" "$tmp/tree" ;;
		esac
		rm -f "$deb"
	done <<< "$list"
	rmdir "$tmp/debs"

	set -- "$tmp"/root/boot/vmlinuz-*
	[ -s "$1" ] || die "no kernel in linux-image-$release"
	[ "${1##*/vmlinuz-}" = "$release" ] ||
		die "linux-image-$release holds kernel ${1##*/vmlinuz-}"
	[ -d "$tmp/root/lib/modules/$release/kernel" ] ||
		die "no modules in linux-image-$release"
	[ -d "$tmp/tree/usr/src/linux-headers-$release" ] ||
		die "no headers in linux-headers-$release"
	depmod -b "$tmp/root" "$release"
	# Broken outside an installed system; the headers are found by -C.
	rm -f "$tmp/root/lib/modules/$release/build" \
		"$tmp/root/lib/modules/$release/source"
	ln -s "tree/usr/src/linux-headers-$release" "$tmp/headers"
	printf '%s\n' "$release" > "$tmp/release"

	# Other scripts keep their own directories beside these, so each entry
	# is replaced by itself; "versions" comes last, as the sign of success.
	mkdir -p "$dest"
	rm -f "$dest/versions" "$dest"/vmlinux-*
	for entry in root tree headers release; do
		rm -rf "${dest:?}/$entry"
		mv "$tmp/$entry" "$dest/$entry"
	done
	rmdir "$tmp"
	relocate "$dest/tree" "$release"
	printf '%s\n' "$dest" > "$dest/place"
	printf '%s\n' "$list" > "$dest/versions"
}

# do_series SERIES RETRY: RETRY is not empty when the package lists may be
# fetched again.
do_series()
{
	local series=$1 retry=$2 release list dest=$KX_BUILD/kernels/$1 start=$SECONDS

	release=$(newest_release "$series")
	if [ -z "$release" ]; then
		if [ -s "$dest/versions" ]; then
			say "$series: $(< "$dest/release") (unpacked earlier; no package lists)"
			return 0
		fi
		die "no packaged linux-image-$series.*-amd64 found: run 'apt-get update'"
	fi
	list=$(wanted "$release")
	if [ -s "$dest/versions" ] && [ "$list" = "$(< "$dest/versions")" ] &&
		[ "$(cat "$dest/place" 2> /dev/null)" = "$dest" ]; then
		say "$series: $release (up to date)"
		return 0
	fi
	say "$series: $release"
	if ! (unpack_series "$series" "$release" "$list"); then
		# The lists may name versions that the archive has replaced.
		[ -n "$retry" ] || return 1
		"$KX_TOP/scripts/setup.sh" --update
		read_lists
		do_series "$series" ''
		return
	fi
	say "$series: unpacked in $((SECONDS - start)) s"
}

main()
{
	local series

	kx_lock kernels
	read_lists
	# shellcheck disable=SC2086 # a list
	[ $# -gt 0 ] || set -- $KX_SERIES_ALL
	for series; do
		case $series in
		6.12|6.1) do_series "$series" retry ;;
		*) die "unknown kernel series $series (known: $KX_SERIES_ALL)" ;;
		esac
	done
}

main "$@"
