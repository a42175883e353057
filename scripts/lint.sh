#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks of the sources that need no KVM host:
#	scripts/lint.sh [-l] [CHECK...]
# -l lists the checks; default: all, quick ones first. One verdict a line. A
# check that finds nothing to look at fails.

set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

MAX_FILE_LINES=600
MAX_FUNCTION_LINES=100

# The folders of DESIGN.md: floor of its headers, floor of its other files, and
# the kernel headers (a pattern) that may be included there without kx/sys.h.
FLOORS='
include/uapi	0 0	linux/(ioctl|types)\.h
include/xenabi	0 0	(linux/(types|stddef|compiler|build_bug)|stddef|xen/interface/.*)\.h
include/kx	1 1	.*
kvm-xen		1 5	.*
shinfo		2 2	-
evtchn		3 3	-
gnttab		3 3	-
hypercalls	4 4	-
dom0		5 5	.*
'
KERNEL_DIRS='include kvm-xen shinfo evtchn gnttab hypercalls dom0'
USER_DIRS='selftests pvh-boot'

QUICK='floors spdx sizes leftovers places shellcheck uapi'
SLOW='checkpatch kerneldoc headers sparse warnings'

work=$KX_BUILD/lint
linux=$KX_BUILD/kernels/6.12/source

# sources PATTERN [DIR...]: files known to git, or new and not ignored, whose
# path matches.
sources()
{
	local pattern=$1 file
	shift

	git -C "$KX_TOP" ls-files -co --exclude-standard -- "$@" | sort -u |
		grep -E "$pattern" | while read -r file; do
			[ ! -f "$KX_TOP/$file" ] || printf '%s\n' "$file"
		done || true
}

# in_dirs PATTERN DIRS: the same, where some folders may not be there yet.
in_dirs()
{
	local -a dirs

	read -ra dirs <<< "$2"
	sources "$1" "${dirs[@]}"
}

# counted FILES...: how many; fails when none. Every check starts with it.
counted()
{
	[ $# -gt 0 ] || { say 'no files found to check'; return 1; }
	count=$#
}

# C and shell files by content where the name does not tell.
scripts_list()
{
	local file

	sources '.' | while read -r file; do
		case $file in
		*.sh) printf '%s\n' "$file"; continue ;;
		*.*) continue ;;
		esac
		if head -n 1 "$file" | grep -qaE '^#!.*\b(ba)?sh\b|^# shellcheck shell='; then
			printf '%s\n' "$file"
		fi
	done
}

# include_lines FILES...: "file:line<TAB>kind<TAB>target", kind < or ".
include_lines()
{
	awk 'match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]*[>"]/) {
		s = substr($0, RSTART, RLENGTH)
		sub(/^[^<"]*/, "", s)
		print FILENAME ":" FNR "\t" substr(s, 1, 1) "\t" \
			substr(s, 2, length(s) - 2)
	}' "$@"
}

# resolve FILE TARGET: the project's file that an include line means, if any.
resolve()
{
	local dir=${1%/*} try

	for try in "$dir/$2" "$2" "include/$2" "include/uapi/$2"; do
		try=$(realpath -m --relative-to=. -- "$try")
		if [ -f "$try" ] && [ "${try#build/}" = "$try" ]; then
			printf '%s\n' "$try"
			return
		fi
	done
}

# floor_of FILE: sets folder, floor and allowed; status 1 for no known folder.
floor_of()
{
	local header other pattern

	while read -r folder header other pattern; do
		[ -n "$folder" ] || continue
		case $1 in
		"$folder"/*.h) floor=$header ;;
		"$folder"/*) floor=$other ;;
		*) continue ;;
		esac
		# A header of the KVM side is seen by nobody below it.
		case $1 in kvm-xen/kvm_*.h) floor=$other ;; esac
		allowed=$pattern
		return 0
	done <<< "$FLOORS"
	return 1
}

check_one_include()
{
	local where=$1 kind=$2 target=$3 file=${1%:*} found
	local folder floor allowed from from_floor from_allowed

	floor_of "$file" || { say "$where: this folder has no floor"; return 1; }
	from=$folder from_floor=$floor from_allowed=$allowed
	found=$(resolve "$file" "$target")
	if [ -n "$found" ]; then
		floor_of "$found" ||
			{ say "$where: $found has no floor"; return 1; }
		[ "$floor" -le "$from_floor" ] ||
			{ say "$where: $found is on floor $floor, above $from_floor"; return 1; }
		case $from:$folder in
		evtchn:gnttab | gnttab:evtchn)
			say "$where: evtchn and gnttab do not see each other"
			return 1
			;;
		esac
		return 0
	fi
	[ "$kind" = '<' ] || [ "$from_allowed" = '.*' ] ||
		{ say "$where: there is no $target"; return 1; }
	if [ "$target" = linux/kvm_host.h ]; then
		case $file in
		kvm-xen/kvm_*) return 0 ;;
		*) say "$where: kvm_host.h is for kvm-xen/kvm_*"; return 1 ;;
		esac
	fi
	grep -qxE -- "$from_allowed" <<< "$target" ||
		{ say "$where: <$target> is not for $from (use kx/sys.h)"; return 1; }
}

lint_floors()
{
	local -a files
	local bad=0 where kind target

	mapfile -t files < <(in_dirs '\.[chS]$' "$KERNEL_DIRS")
	counted "${files[@]}" || return 1
	while IFS=$'\t' read -r where kind target; do
		check_one_include "$where" "$kind" "$target" || bad=1
	done < <(include_lines "${files[@]}")
	return "$bad"
}

lint_spdx()
{
	local -a files
	local bad=0 file want

	mapfile -t files < <({
		sources '(\.(c|h|S|sh|py|lds|awk|mk)|(^|/)(Makefile|Kbuild[^/]*|run))$'
		scripts_list
	} | sort -u)
	counted "${files[@]}" || return 1
	for file in "${files[@]}"; do
		want='SPDX-License-Identifier: GPL-2.0-only'
		case $file in
		include/uapi/*) want+=' WITH Linux-syscall-note' ;;
		esac
		head -n 3 "$file" | grep -qE -- "$want( \*/)?\$" ||
			{ say "$file: no line '$want'"; bad=1; }
	done
	return "$bad"
}

lint_sizes()
{
	local -a files
	local found

	mapfile -t files < <({
		sources '(\.(c|h|S|sh|py)|(^|/)(Makefile|Kbuild[^/]*|run))$'
		scripts_list
	} | sort -u)
	counted "${files[@]}" || return 1
	found=$(awk -v max_file="$MAX_FILE_LINES" -v max_fn="$MAX_FUNCTION_LINES" '
		function file_end() {
			if (name && lines > max_file)
				print name ": " lines " lines, at most " max_file
		}
		FNR == 1 { file_end(); name = FILENAME; start = 0 }
		{ lines = FNR }
		/^\{/ || /^[a-z_0-9]+ *\(\) *\{/ { start = FNR }
		/^\}/ {
			if (start && FNR - start > max_fn)
				print name ":" start ": a function of " \
					FNR - start " lines, at most " max_fn
			start = 0
		}
		END { file_end() }' "${files[@]}")
	[ -z "$found" ] || { say "$found"; return 1; }
}

# Words that mean unfinished; put together so that this file has none.
lint_leftovers()
{
	local -a files
	local words='TO''DO|FIX''ME|X''XX|HA''CK'

	mapfile -t files < <(sources '.' | grep -vE '\.(rst|md|patch)$|^LICENSE$')
	counted "${files[@]}" || return 1
	! grep -nIwE -- "$words" "${files[@]}"
}

# No path of one machine and no registry's host name.
lint_places()
{
	local -a files
	local root='/ro''ot/' work='/wo''rk/' host='https?://[a-z0-9.-]*(deb''ian|n''pm|no''de)'

	mapfile -t files < <(sources '.' | grep -v '^LICENSE$')
	counted "${files[@]}" || return 1
	# Not where it only ends a path of ours, as in $tmp/root or "$tmp"/root.
	! grep -nIP -- "(?<![\\w.})/-])(?<![\\w}]\")($root|$work)|$host" "${files[@]}"
}

lint_shellcheck()
{
	local -a files

	mapfile -t files < <(scripts_list)
	counted "${files[@]}" || return 1
	shellcheck -x -P SCRIPTDIR -P "$KX_TOP" -- "${files[@]}"
}

# The ioctl header as a user has it: before everything else, in plain C.
lint_uapi()
{
	local -a files
	local file std bad=0

	mapfile -t files < <(sources '^include/uapi/.*\.h$')
	counted "${files[@]}" || return 1
	for file in "${files[@]}"; do
		for std in c99 gnu11; do
			printf '#include <%s>\n#include <%s>\nint unused;\n' \
				"${file#include/uapi/}" "${file#include/uapi/}" |
				gcc -std=$std -Wall -Wextra -Werror -pedantic -Iinclude/uapi \
					-fsyntax-only -x c - || bad=1
		done
	done
	return "$bad"
}

checkpatch()
{
	local ignore=$1
	shift
	# Outside a repository for it: it has nothing to look up there.
	GIT_DIR=/nonexistent perl "$linux/scripts/checkpatch.pl" \
		--strict --no-tree --root="$linux" --terse --show-types --no-summary \
		--ignore "$ignore" -f "$@" 2>&1
}

lint_checkpatch()
{
	local -a kernel user
	local bad=0
	# Iterating macros use an argument twice; a structure's locks are
	# described in its kernel-doc; headers that userspace shares define
	# attributes and use _Static_assert; ENOSYS is what Xen answers too.
	local ignore=MACRO_ARG_REUSE,UNCOMMENTED_DEFINITION,CAMELCASE,PREFER_DEFINED_ATTRIBUTE_MACRO,ENOSYS
	# In userspace the framework's and libc's types, and its own ways.
	local user_ignore=$ignore,PREFER_KERNEL_TYPES,VOLATILE,AVOID_EXTERNS,CONST_STRUCT,COMPLEX_MACRO,EMBEDDED_FUNCTION_NAME,ARCH_DEFINES

	mapfile -t kernel < <(in_dirs '\.[chS]$' "$KERNEL_DIRS")
	mapfile -t user < <(in_dirs '\.[chS]$' "$USER_DIRS")
	counted "${kernel[@]}" || return 1
	counted "${kernel[@]}" "${user[@]}"
	need_source
	checkpatch "$ignore" "${kernel[@]}" || bad=1
	[ ${#user[@]} -eq 0 ] || checkpatch "$user_ignore" "${user[@]}" || bad=1
	return "$bad"
}

# Every parameter and member described, and none that is not there.
lint_kerneldoc()
{
	local -a files

	mapfile -t files < <(in_dirs '\.[ch]$' "$KERNEL_DIRS")
	counted "${files[@]}" || return 1
	need_source
	perl "$linux/scripts/kernel-doc" -none -Werror "${files[@]}"
}

# A copy of the module's sources for series $1 in $work/$1, where kbuild writes.
tree()
{
	local to=$work/$1 file
	local -a files

	mapfile -t files < <({
		in_dirs '.' "$KERNEL_DIRS"
		sources '^Kbuild'
	} | sort -u)
	mkdir -p "$to"
	# What is gone from the sources goes from the copy.
	(cd "$to" && find . -type f \( -name '*.[chS]' -o -name 'Kbuild*' \) \
		-printf '%P\n') | while read -r file; do
			[ -f "$file" ] || rm -f "$to/$file"
		done
	for file in "${files[@]}"; do
		cmp -s "$file" "$to/$file" || install -D -m 644 "$file" "$to/$file"
	done
	printf '%s\n' "$to"
}

# kbuild SERIES ARGS...: the module build in that copy.
kbuild()
{
	local series=$1
	shift
	make -s -j2 -C "$KX_BUILD/kernels/$series/headers" M="$work/$series" "$@"
}

need_source()
{
	"$KX_TOP/scripts/linux-source.sh" 6.12 > /dev/null
}

need_headers()
{
	[ -d "$KX_BUILD/kernels/$1/headers" ] ||
		"$KX_TOP/scripts/kernels.sh" "$1" > /dev/null
}

# Every header alone, and twice, as the first thing of a file.
lint_headers()
{
	local -a headers objects=()
	local header name series dir bad=0

	mapfile -t headers < <(in_dirs '\.h$' "$KERNEL_DIRS" | grep -v '^include/uapi/')
	counted "${headers[@]}" || return 1
	for series in $KX_SERIES_ALL; do
		need_headers "$series"
		dir=$work/headers-$series
		mkdir -p "$dir"
		rm -f "$dir"/*.c
		objects=()
		for header in "${headers[@]}"; do
			name=alone_${header//[\/.-]/_}
			header_unit "$header" > "$dir/$name.c"
			objects+=("$name.o")
		done
		printf 'ccflags-y := -I%s/include -I%s/include/uapi -I%s\nobj-m := %s\n' \
			"$KX_TOP" "$KX_TOP" "$KX_TOP" "${objects[*]}" > "$dir/Kbuild"
		make -s -k -j2 -C "$KX_BUILD/kernels/$series/headers" M="$dir" W=1 \
			KCFLAGS=-Werror "${objects[@]}" 2>&1 |
			sed '/ not remade because of errors/d' || bad=1
	done
	return "$bad"
}

# A header of tracepoints may be read again, with other macros; not alone.
header_unit()
{
	if grep -q 'TRACE_HEADER_MULTI_READ' "$1"; then
		printf '#include "%s"\n' "$KX_TOP/$1"
	else
		printf '#include "%s"\n#include "%s"\n' "$KX_TOP/$1" "$KX_TOP/$1"
	fi
}

# module_build SERIES ARGS...: all of the module anew; what it says about our
# files is a failure, and so is a build that fails.
module_build()
{
	local series=$1 log=$work/$2.$1.log status=0 dir
	shift 2

	[ -f Kbuild ] || { say 'there is no Kbuild'; return 1; }
	need_headers "$series"
	dir=$(tree "$series")
	find "$dir" -name '*.o' -delete
	kbuild "$series" "$@" modules > "$log" 2>&1 || status=$?
	count=$(find "$dir" -name '*.o' ! -name '*.mod.o' ! -name 'kvm-xen.o' | wc -l)
	[ "$count" -gt 0 ] || { say "nothing was compiled:"; tail -n 5 "$log"; return 1; }
	if [ "$status" -ne 0 ]; then
		grep -E 'error|warning|undefined' "$log" | head -n 40 || tail -n 20 "$log"
		return 1
	fi
	! grep -E '(warning|error|note):' "$log" | sed "s,$dir/,,"
}

lint_warnings()
{
	local series bad=0

	for series in $KX_SERIES_ALL; do
		module_build "$series" warnings W=1 || bad=1
	done
	return "$bad"
}

# Sparse itself failing looks like silence: see that it finds a planted fault.
sparse_works()
{
	printf 'static int *f(void) { return 0; }\nint *g(void);\nint *g(void) { return f(); }\n' |
		sparse - 2>&1 | grep -q 'Using plain integer as NULL'
}

lint_sparse()
{
	sparse_works || { say 'sparse is not there or does not work'; return 1; }
	module_build 6.12 sparse C=2 CHECK=sparse
}

# run_check NAME: its output only when it failed; sets bad.
run_check()
{
	local name=$1 log=$work/$1.log start took status=0

	start=$(date +%s%N)
	count=0
	# In a process of its own, where a failed command ends it; the count comes
	# back by a file.
	(trap 'echo "$count" > "$work/count"' EXIT; "lint_$name") > "$log" 2>&1 &
	wait $! || status=$?
	count=$(cat "$work/count" 2> /dev/null || echo 0)
	rm -f "$work/count"
	took=$((($(date +%s%N) - start) / 100000000))
	took=$((took / 10)).$((took % 10))
	if [ "$status" -eq 0 ] && [ "$count" -gt 0 ]; then
		say "PASS lint/$name ($took s, $count files)"
		return
	fi
	sed 's/^/  | /' "$log"
	say "FAIL lint/$name: $(wc -l < "$log") lines of complaint, $count files ($took s)"
	bad=1
}

main()
{
	local -a checks
	local check bad=0

	read -ra checks <<< "$QUICK $SLOW"
	if [ "${1:-}" = -l ]; then
		printf '%s\n' "${checks[@]}"
		return 0
	fi
	[ $# -eq 0 ] || checks=("$@")
	cd "$KX_TOP"
	kx_lock lint
	mkdir -p "$work"
	for check in "${checks[@]}"; do
		if ! declare -F "lint_$check" > /dev/null; then
			say "FAIL lint/$check: there is no such check"
			bad=1
			continue
		fi
		run_check "$check"
	done
	return "$bad"
}

main "$@"
