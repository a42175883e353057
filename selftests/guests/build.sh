#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh [SERIES...]: makes what the test guests boot, from the packaged
# kernels that scripts/kernels.sh unpacked:
#   build/guests/bzImage-<series>           the packaged kernel, as it is
#   build/guests/vmlinux-<series>           the ELF kernel in it (PVH)
#   build/guests/initramfs-<series>.cpio.gz busybox, our init, its workload

set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=scripts/common.sh
. "$here/../../scripts/common.sh"

out=$KX_BUILD/guests
applets='echo ln ls mount poweroff reboot sh sleep cat dmesg ps grep sed uptime date'

# is_newer FILE THAN...: FILE is there and none of the others is newer.
is_newer()
{
	local file=$1 other
	shift
	[ -e "$file" ] || return 1
	for other; do
		if [ "$other" -nt "$file" ]; then
			return 1
		fi
	done
}

build_kernel()
{
	local series=$1 images
	local -a found
	images=$KX_BUILD/kernels/$series/root/boot
	mapfile -t found < <(find "$images" -name 'vmlinuz-*' 2>/dev/null)
	[ "${#found[@]}" -eq 1 ] ||
		die "no packaged $series kernel in $images: run 'make kernels'"
	if ! is_newer "$out/vmlinux-$series" "${found[0]}" "$here/extract-vmlinux"; then
		say "extracting vmlinux-$series from $(basename "${found[0]}")"
		"$here/extract-vmlinux" "${found[0]}" "$out/vmlinux-$series"
	fi
	cmp -s "${found[0]}" "$out/bzImage-$series" || cp "${found[0]}" "$out/bzImage-$series"
}

# The kernel's own built-in initramfs holds /dev/console, so no device node is
# needed here, nor root to make one.
build_initramfs()
{
	local image=$1 root applet
	is_newer "$image" "$here/init" "$here/guest-work.c" "$here/build.sh" && return 0
	root=$out/root
	rm -rf "$root"
	mkdir -p "$root"/{bin,dev,proc,sys,tmp}
	cp "$(command -v busybox)" "$root/bin/busybox"
	if ldd "$root/bin/busybox" > /dev/null 2>&1; then
		die 'busybox is not the static one (package busybox-static)'
	fi
	for applet in $applets; do
		ln -s busybox "$root/bin/$applet"
	done
	cp "$here/init" "$root/init"
	chmod 755 "$root/init"
	gcc -O2 -Wall -Wextra -Werror -static -pthread -s -o "$root/bin/guest-work" "$here/guest-work.c"
	(cd "$root" && find . -print0 | LC_ALL=C sort -z |
		cpio --quiet --null -o -H newc -R 0:0 | gzip -9n) > "$image.tmp"
	mv "$image.tmp" "$image"
	rm -rf "$root"
}

mkdir -p "$out"
kx_lock guests
# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- $KX_SERIES_ALL
for series; do
	build_kernel "$series"
	build_initramfs "$out/initramfs-$series.cpio.gz"
done
