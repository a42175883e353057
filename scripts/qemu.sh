#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Build the sandbox's emulator: the distribution's QEMU source with the patches
# of qemu/patches/series, one x86_64 binary with TCG, KVM and Xen.
#
#   qemu.sh              leaves build/qemu/bin/qemu-system-x86_64
#   qemu.sh --without N  leaves patch N out: build/qemu-without-N/bin/...
#
# The result is kept in the cache under a hash of everything that went in, and
# the link in build/ points there. All that is hashed can be asked locally, so
# no network is needed while the cached result is good.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

QEMU_DIR=$KX_TOP/qemu
SERIES=$QEMU_DIR/patches/series
LOG=$KX_BUILD/logs/qemu.log

CONFIGURE=(
	--target-list=x86_64-softmmu
	--without-default-features
	--enable-system --enable-tcg --enable-kvm --enable-xen
	--enable-virtfs --enable-attr --enable-cap-ng --enable-fdt=system
	--enable-coroutine-pool --enable-avx2
	--enable-trace-backends=nop
	--disable-docs --disable-tools --disable-werror --disable-install-blobs
	# The dfsg source carries no firmware; these are the packages' places.
	--firmwarepath=/usr/share/qemu:/usr/share/seabios:/usr/lib/ipxe/qemu
)

usage()
{
	die "usage: ${0##*/} [--without N]"
}

# packages: the names listed in qemu/packages.
packages()
{
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$QEMU_DIR/packages"
}

# installed: NAME=VERSION of each of them; ends the script if one is missing.
installed()
{
	local -a names
	local have missing

	mapfile -t names < <(packages)
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}=${Version}\n' \
		"${names[@]}" 2> /dev/null | sed -n 's/^installed //p' | sort -u || true)
	missing=$(comm -23 <(printf '%s\n' "${names[@]}" | sort) \
		<(cut -d= -f1 <<< "$have" | sort -u) | tr '\n' ' ')
	[ -z "$missing" ] ||
		die "packages missing: $missing(scripts/setup.sh installs them)"
	printf '%s\n' "$have"
}

# selected_patches N: the names in the series, without number N.
selected_patches()
{
	local without=$1 name found=

	while read -r name; do
		case $name in
		''|'#'*) continue ;;
		esac
		[ -f "$QEMU_DIR/patches/$name" ] || die "no such file: qemu/patches/$name"
		if [ -n "$without" ] && [[ $name == "$(printf '%04d' "$without")"-* ]]; then
			found=y
			continue
		fi
		printf '%s\n' "$name"
	done < "$SERIES"
	[ -z "$without" ] || [ -n "$found" ] || die "no patch $without in qemu/patches/series"
}

# private_apt DIR: make DIR an apt configuration of its own that knows the
# source side of every configured binary archive.
private_apt()
{
	local dir=$1 file

	mkdir -p "$dir/sources.d" "$dir/lists/partial" "$dir/cache/archives/partial"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		sed -nE 's/^[[:space:]]*deb([[:space:]])/deb-src\1/p' "$file" \
			> "$dir/sources.d/${file##*/}.list"
	done
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		sed -E 's/^Types:.*/Types: deb-src/I' "$file" > "$dir/sources.d/${file##*/}"
	done
	cat > "$dir/apt.conf" <<- EOF
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$dir/sources.d";
		Dir::State::Lists "$dir/lists";
		Dir::Cache "$dir/cache";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
	EOF
}

# private CMD...: apt with that configuration, which must win over the
# system's: options beat files, whatever their order.
private()
{
	local dir=$1 command=$2 line
	local -a options=()
	shift 2

	while read -r line; do
		line=${line%;}
		options+=(-o "${line%% *}=$(tr -d '"' <<< "${line#* }")")
	done < "$dir/apt.conf"
	"$command" "${options[@]}" "$@"
}

# fetch_source WORK VERSION: unpack the source, with Debian's own patches
# applied, in WORK/src.
fetch_source()
{
	local work=$1 version=$2 dsc offered

	private_apt "$work/apt"
	# An archive that has no sources may fail here; what counts is whether
	# the version wanted is found.
	private "$work/apt" apt-get update >> "$LOG" 2>&1 || true
	offered=$(private "$work/apt" apt-cache showsrc --only-source qemu 2> /dev/null || true)
	if ! grep -qxF "Version: $version" <<< "$offered"; then
		die "no source of qemu $version in the configured archives; if qemu-system-data is out of date, upgrade it: apt-get update && apt-get install qemu-system-data"
	fi
	(cd "$work" && private "$work/apt" apt-get source --only-source \
		--download-only "qemu=$version") >> "$LOG" 2>&1 || die "download failed, see $LOG"
	set -- "$work"/qemu_*.dsc
	dsc=$1
	[ -f "$dsc" ] || die "no source package was downloaded, see $LOG"
	(cd "$work" && dpkg-source --no-check -x "$dsc" "$work/src") >> "$LOG" 2>&1 ||
		die "unpacking ${dsc##*/} failed, see $LOG"
}

# apply_patches SRC NAME...: each must apply exactly where it says.
apply_patches()
{
	local src=$1 name file out
	shift

	for name; do
		file=$QEMU_DIR/patches/$name
		if ! out=$(patch -d "$src" -p1 --fuzz=0 --batch --forward --dry-run < "$file" 2>&1); then
			printf '%s\n' "$out" >&2
			die "qemu/patches/$name does not apply to this version of the source"
		fi
		patch -d "$src" -p1 --fuzz=0 --batch --forward --silent < "$file" ||
			die "qemu/patches/$name failed half-way"
		say "  $name"
	done
}

# quietly CMD...: into the log; its end is shown if CMD fails.
quietly()
{
	if ! "$@" >> "$LOG" 2>&1; then
		tail -n 30 "$LOG" >&2
		die "failed: $1 (whole log: $LOG)"
	fi
}

# compile WORK PREFIX: build WORK/src, in WORK/obj. Only Debian's own tools are
# used, whatever else is in PATH: their versions are in the hash.
compile()
{
	local work=$1 prefix=$2
	local -a clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "HOME=$work"
		LC_ALL=C.UTF-8 'NINJA_STATUS=[%p] ')

	mkdir "$work/obj"
	cd "$work/obj"
	quietly "${clean[@]}" ../src/configure "--prefix=$prefix" "${CONFIGURE[@]}"
	# One line of progress each tenth.
	if ! "${clean[@]}" nice ninja -j "$(nproc)" qemu-system-x86_64 2>&1 | tee -a "$LOG" |
		awk 'match($0, /^\[ *[0-9]+%\]/) {
			p = int(substr($0, 2) / 10)
			if (p > last) { printf "  %d%%\n", p * 10; fflush(); last = p }
		}'; then
		tail -n 30 "$LOG" >&2
		die "compilation failed (whole log: $LOG)"
	fi
	strip qemu-system-x86_64
	cd "$KX_TOP"
}

# build DEST MANIFEST VERSION PATCH...: fill the cache directory DEST.
build()
{
	local dest=$1 manifest=$2 version=$3 work start=$SECONDS
	shift 3

	mkdir -p "$KX_BUILD/logs" "${dest%/*}"
	: > "$LOG"
	rm -rf "$KX_BUILD/qemu-work"
	work=$KX_BUILD/qemu-work
	mkdir "$work"
	# The compiler's time stamps of one build are of no use to the next.
	trap 'rm -rf "$KX_BUILD/qemu-work"' EXIT

	say "fetch the source of qemu $version"
	fetch_source "$work" "$version"
	say "apply our patches"
	apply_patches "$work/src" "$@"
	say "compile (3 minutes on two processors)"
	compile "$work" "$dest"
	"$work/obj/qemu-system-x86_64" -accel help > /dev/null || die "the binary does not run"

	rm -rf "$dest.new"
	mkdir -p "$dest.new/bin"
	cp "$work/obj/qemu-system-x86_64" "$dest.new/bin/"
	printf '%s\n' "$manifest" > "$dest.new/manifest"
	# Whoever else built the same meanwhile built the same.
	rm -rf "$dest"
	mv -T "$dest.new" "$dest"
	rm -rf "$work"
	say "built in $((SECONDS - start)) s"
}

main()
{
	local without='' link=qemu have version manifest dest
	local -a patches

	while [ $# -gt 0 ]; do
		case $1 in
		--without)
			[[ ${2-} =~ ^[1-9][0-9]?$ ]] || usage
			without=$2
			link=qemu-without-$2
			shift 2
			;;
		*) usage ;;
		esac
	done

	have=$(installed)
	version=$(dpkg-query -W -f '${source:Version}' qemu-system-data)
	mapfile -t patches < <(selected_patches "$without")
	[ -z "$without" ] || selected_patches "$without" > /dev/null

	manifest=$(
		printf 'source qemu=%s\n' "$version"
		printf 'configure %s\n' "${CONFIGURE[*]}"
		cd "$QEMU_DIR/patches"
		[ ${#patches[@]} -eq 0 ] || sha256sum "${patches[@]}"
		cd "$KX_TOP"
		sha256sum scripts/qemu.sh
		printf '%s\n' "$have"
	)
	dest=$KX_CACHE/qemu-$(sha256sum <<< "$manifest" | cut -c -16)

	kx_lock qemu
	if [ -x "$dest/bin/qemu-system-x86_64" ] &&
		[ "$(cat "$dest/manifest" 2> /dev/null)" = "$manifest" ]; then
		say "qemu $version: cached"
	else
		build "$dest" "$manifest" "$version" "${patches[@]}"
	fi
	ln -sfnT "$dest" "$KX_BUILD/$link"
}

main "$@"
