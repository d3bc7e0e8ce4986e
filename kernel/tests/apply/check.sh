#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests of kernel/linux/apply. TREE has files of a kernel tree without slmbx; it isn't changed. TAP on stdout.
#
#   check.sh TREE
set -eu
LC_ALL=C
export LC_ALL

pristine=$(cd "$1" && pwd)
kernel=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/slmbx-apply-test.XXXXXX")
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A copy of what apply copies from, which tests may change, and a tree with a blank in its name.
room="$work/room"
tree="$work/a tree"
apply="$room/linux/apply"
mkdir -p "$room/core" "$room/include" "$room/tests"
cp -R "$kernel/linux" "$room/linux"
cp -R "$kernel/core/mailbox" "$room/core/mailbox"
cp -R "$kernel/include/uapi" "$room/include/uapi"
[ ! -d "$kernel/tests/kunit" ] || cp -R "$kernel/tests/kunit" "$room/tests/kunit"

tests=0 failures=0 wrong=''

is() { # WHAT EXPECTED GOT
	[ "$2" = "$3" ] && return
	wrong="$wrong
$1: expected '$2', got '$3'"
}

contains() { # WHAT TEXT PART
	case $2 in *"$3"*) return ;; esac
	wrong="$wrong
$1: '$3' isn't in '$2'"
}

unchanged() { # WHAT DIRECTORY DIRECTORY
	is "$1" '' "$(diff -rq "$2" "$3" 2>&1 || :)"
}

# Content, kind, inode and time of everything in a tree.
state() {
	find "$1" -printf '%P %y %i %m %T@ %l\n' | sort
	find "$1" -type f -exec sha256sum {} + | sort
}

fresh() {
	rm -rf "$tree"
	cp -a "$pristine" "$tree"
}

# run EXPECTED ARGUMENT...: leaves what it said in $said.
run() {
	expected=$1
	shift
	status=0
	said=$("$apply" "$@" 2>&1 </dev/null) || status=$?
	is "exit status of apply $*" "$expected" "$status"
}

# refuses STATUS PART ARGUMENT...: one sentence, that status, and the tree is as it was.
refuses() {
	expected=$1 part=$2
	shift 2
	before=$(state "$tree")
	run "$expected" "$@"
	is 'lines said' 1 "$(printf '%s\n' "$said" | wc -l)"
	contains 'what is said' "$said" "$part"
	is 'the tree' "$before" "$(state "$tree")"
}

test_that() { # NAME FUNCTION
	tests=$((tests + 1))
	wrong=''
	status=0
	fresh
	"$2" || wrong="$wrong
it ended early"
	if [ -z "$wrong" ]; then
		echo "ok $tests - $1"
	else
		printf 'not ok %s - %s%s\n' "$tests" "$1" "$wrong" | sed '2,$s/^/#   /'
		failures=$((failures + 1))
	fi
}

# The numbers of a table, as the tree's own script makes a table of it.
table() { # FILE ABIS
	sh "$tree/scripts/syscalltbl.sh" --abis "$2" "$tree/$1" "$work/table"
	sed -n 's/^__SYSCALL(\(6[01][0-9]\), *\(sys_[a-z_]*\))$/\1 \2/p' "$work/table"
}

header_numbers() { # FILE
	sed -n 's/^#define __NR_slmbx_\([a-z]*\)[[:space:]]*\([0-9]*\)$/\2 sys_slmbx_\1/p' "$tree/$1"
	sed -n 's/^__SYSCALL(__NR_slmbx_\([a-z]*\), sys_slmbx_\([a-z]*\))$/\1 \2/p' "$tree/$1" |
		awk '$1 != $2 { print "mismatch", $0 }'
}

calls='600 sys_slmbx_init
601 sys_slmbx_shutdown
602 sys_slmbx_create
603 sys_slmbx_destroy
604 sys_slmbx_count
605 sys_slmbx_send
606 sys_slmbx_recv
607 sys_slmbx_length
608 sys_slmbx_sendv
609 sys_slmbx_recvv
610 sys_slmbx_settle
611 sys_slmbx_stat
612 sys_slmbx_list
614 sys_slmbx_setattr
615 sys_slmbx_purge'
filled=$(printf '%s\n' "$calls" | sed '/^612/a\
613 sys_ni_syscall')

tables() {
	run 0 "$tree"
	is 'what is said' '' "$said"
	is 'x86-64' "$filled" "$(table arch/x86/entry/syscalls/syscall_64.tbl common,64)"
	is 'x32' "$filled" "$(table arch/x86/entry/syscalls/syscall_64.tbl common,x32)"
	is 'i386' "$filled" "$(table arch/x86/entry/syscalls/syscall_32.tbl i386)"
	is 'asm-generic' "$calls" "$(header_numbers include/uapi/asm-generic/unistd.h)"
	is 'its count' 616 "$(sed -n 's/^#define __NR_syscalls \([0-9]*\).*/\1/p' "$tree/include/uapi/asm-generic/unistd.h")"
	if [ -f "$tree/scripts/syscall.tbl" ]; then
		is 'arm64' "$filled" "$(table scripts/syscall.tbl common,64,renameat,rlimit,memfd_secret)"
		is 'arm64 compat' "$filled" "$(table arch/arm64/tools/syscall_32.tbl common,32)"
	else
		is 'arm64 compat' "$calls" "$(header_numbers arch/arm64/include/asm/unistd32.h)"
		is 'its count' 616 "$(sed -n 's/^#define __NR_compat_syscalls[[:space:]]*\([0-9]*\).*/\1/p' \
			"$tree/arch/arm64/include/asm/unistd.h")"
	fi
	for call in $(printf '%s\n' "$calls" | sed 's/.* sys_//'); do
		is "COND_SYSCALL of $call" 1 "$(grep -c "^COND_SYSCALL($call);$" "$tree/kernel/sys_ni.c")"
		is "prototype of $call" 1 "$(grep -c "^asmlinkage long sys_$call(.*);$" "$tree/include/linux/syscalls.h")"
	done
	# Each is named before a prototype needs it, and once.
	is 'structs' "$(sed -n 's/^asmlinkage .*(.*\(struct slmbx_[a-z]*\) .*);$/\1;/p' \
		"$tree/include/linux/syscalls.h" | sort)" "$(grep '^struct slmbx' "$tree/include/linux/syscalls.h")"
}

sources() {
	run 0 "$tree"
	for file in "$room"/core/mailbox/*.[ch]; do
		is "$file" '' "$(cmp "$file" "$tree/ipc/slmbx/mailbox/${file##*/}" 2>&1)"
	done
	for file in "$room"/linux/*.[ch] "$room/linux/Kconfig" "$room/linux/Makefile"; do
		case $file in *'*'* | *.mod.c) continue ;; esac
		is "$file" '' "$(cmp "$file" "$tree/ipc/slmbx/${file##*/}" 2>&1)"
	done
	for file in "$room"/tests/kunit/*.[ch]; do
		case $file in *'*'*) continue ;; esac
		is "$file" '' "$(cmp "$file" "$tree/ipc/slmbx/tests/${file##*/}" 2>&1)"
	done
	is 'header of the ABI' '' "$(cmp "$room/include/uapi/linux/slmbx.h" "$tree/include/uapi/linux/slmbx.h" 2>&1)"
	is 'nothing that is not for a kernel' '' \
		"$(find "$tree/ipc/slmbx" -type f ! -name '*.[ch]' ! -name Kconfig ! -name Makefile)"
	is 'nothing that stays of the work' '' "$(find "$tree" -name '.slmbx*')"
}

second_run() {
	run 0 "$tree"
	before=$(state "$tree")
	run 0 "$tree"
	is 'what is said' '' "$said"
	is 'the tree' "$before" "$(state "$tree")"
}

changed_source() {
	run 0 "$tree"
	cp -a "$tree" "$work/before"
	echo '/* changed */' >>"$room/core/mailbox/message.c"
	echo '/* new */' >"$room/core/mailbox/extra.c"
	run 4 --check "$tree"
	contains 'what is said' "$said" 'differs from what is here in 2 files'
	run 0 "$tree"
	run 0 --check "$tree"
	is 'what differs' "message.c
only extra.c" "$(diff -rq "$work/before" "$tree" | sed 's/^Files.*\/\([a-z.]*\) differ$/\1/; s/^Only in.*: /only /' | sort -r | sort -k 2)"
	is 'what is newer' '' "$(find "$tree" -type f -newer "$room/core/mailbox/extra.c" ! -name message.c ! -name extra.c)"
	rm "$room/core/mailbox/extra.c"
	cp "$kernel/core/mailbox/message.c" "$room/core/mailbox/message.c"
	run 0 "$tree"
	unchanged 'back again' "$work/before" "$tree"
	rm -rf "$work/before"
}

results_of_a_build() {
	run 0 "$tree"
	touch "$tree/ipc/slmbx/slmbx.o" "$tree/ipc/slmbx/mailbox/.skiplist.o.cmd" "$tree/ipc/slmbx/slmbx.mod.c"
	before=$(state "$tree")
	run 0 "$tree"
	is 'they stay' "$before" "$(state "$tree")"
	run 0 --revert "$tree"
	unchanged 'they go' "$pristine" "$tree"
}

reverted() {
	run 0 "$tree"
	run 0 --revert "$tree"
	unchanged 'taken out' "$pristine" "$tree"
	before=$(state "$tree")
	run 0 --revert "$tree"
	is 'twice' "$before" "$(state "$tree")"
	run 0 "$tree"
	run 0 --check "$tree"
}

# What changed in the tree since stays when ours goes.
tree_moved_on() {
	echo 'obj-y += other.o' >>"$tree/ipc/Makefile"
	run 0 "$tree"
	echo 'obj-y += another.o' >>"$tree/ipc/Makefile"
	run 0 --check "$tree"
	run 0 --revert "$tree"
	is 'lines of others' 'obj-y += other.o
obj-y += another.o' "$(diff "$pristine/ipc/Makefile" "$tree/ipc/Makefile" | sed -n 's/^> //p')"
}

check_only() {
	refuses 4 'run apply on it' --check "$tree"
	run 0 "$tree"
	before=$(state "$tree")
	run 0 --check "$tree"
	is 'the tree' "$before" "$(state "$tree")"
}

wrong_use() {
	run 2
	contains usage "$said" usage:
	run 2 "$tree" "$tree"
	run 2 --frobnicate "$tree"
	run 0 --help
	contains usage "$said" usage:
	unchanged 'the tree' "$pristine" "$tree"
}

unknown_trees() {
	run 3 "$work/nowhere"
	contains 'what is said' "$said" "isn't a directory"
	mkdir "$work/empty"
	run 3 "$work/empty"
	contains 'what is said' "$said" "isn't a Linux source tree"
	is 'it stays empty' '' "$(ls -A "$work/empty")"
	sed -i 's/^VERSION = .*/VERSION = 5/; s/^PATCHLEVEL = .*/PATCHLEVEL = 19/' "$tree/Makefile"
	refuses 3 'is Linux 5.19; Linux 6.1 or newer is needed' "$tree"
	sed -i '/^VERSION/d' "$tree/Makefile"
	refuses 3 'no VERSION and PATCHLEVEL' "$tree"
	for file in arch/x86/entry/syscalls/syscall_64.tbl arch/x86/entry/syscalls/syscall_32.tbl \
		include/uapi/asm-generic/unistd.h include/linux/syscalls.h kernel/sys_ni.c ipc/Makefile; do
		fresh
		rm "$tree/$file"
		refuses 3 "has no $file" "$tree"
	done
	while read -r file anchor; do
		fresh
		sed -i "/$anchor/d" "$tree/$file"
		refuses 3 "$file" "$tree"
	done <<-EOT
		arch/x86/entry/syscalls/syscall_64.tbl futex_waitv
		arch/x86/entry/syscalls/syscall_32.tbl ^449
		include/uapi/asm-generic/unistd.h ^#undef __NR_syscalls
		include/uapi/asm-generic/unistd.h ^#define __NR_syscalls
		include/linux/syscalls.h ^struct mq_attr
		include/linux/syscalls.h sys_mq_open
		kernel/sys_ni.c COND_SYSCALL(mq_open)
		ipc/Makefile POSIX_MQUEUE_SYSCTL
		init/Kconfig ^config WATCH_QUEUE
	EOT
	fresh
	sed -i 's/^config WATCH_QUEUE$/&\n&/' "$tree/init/Kconfig"
	refuses 3 'one line that starts with "config WATCH_QUEUE"' "$tree"
}

taken_numbers() {
	arm=arch/arm64/tools/syscall_32.tbl
	[ -f "$tree/$arm" ] || arm=arch/arm64/include/asm/unistd32.h
	while read -r number file; do
		fresh
		case $file in
		*.tbl)	printf '%s\tcommon\tother\tsys_other\n' "$number" >>"$tree/$file" ;;
		*)	sed -i "s/^#define __NR_futex_waitv 449/&\\n#define __NR_other $number/" "$tree/$file" ;;
		esac
		refuses 3 "$file: number $number is taken by other" "$tree"
	done <<-EOT
		600 arch/x86/entry/syscalls/syscall_64.tbl
		619 arch/x86/entry/syscalls/syscall_64.tbl
		611 arch/x86/entry/syscalls/syscall_32.tbl
		607 include/uapi/asm-generic/unistd.h
		613 include/uapi/asm-generic/unistd.h
		608 $arm
	EOT
	fresh
	for file in arch/x86/entry/syscalls/syscall_64.tbl arch/x86/entry/syscalls/syscall_32.tbl; do
		printf '599\tcommon\tother\tsys_other\n620\tcommon\tmore\tsys_more\n' >>"$tree/$file"
	done
	run 0 "$tree"
	is 'those beside ours stay in order' '599 600 615 620' \
		"$(awk '$1 >= 599 && ($1 < 601 || $1 > 614) { printf "%s%s", sep, $1; sep = " " }' \
			"$tree/arch/x86/entry/syscalls/syscall_64.tbl")"
	fresh
	sed -i 's/^\(#define __NR_syscalls\) .*/\1 613/' "$tree/include/uapi/asm-generic/unistd.h"
	refuses 3 'its calls reach up to 613' "$tree"
}

others_files() {
	mkdir "$tree/ipc/slmbx"
	refuses 3 'ipc/slmbx is there already' "$tree"
	refuses 3 'ipc/slmbx is there already' --revert "$tree"
	rmdir "$tree/ipc/slmbx"
	: >"$tree/include/uapi/linux/slmbx.h"
	refuses 3 'include/uapi/linux/slmbx.h is there already' "$tree"
}

# shim PROGRAM COUNT ACTION: of the times PROGRAM is run by apply, ACTION in place of the COUNTth.
shim() {
	rm -rf "$work/shim"
	mkdir "$work/shim"
	: >"$work/shim/runs"
	real=$(command -v "$1")
	cat >"$work/shim/$1" <<-EOT
		#!/bin/sh
		echo >>'$work/shim/runs'
		[ "\$(wc -l <'$work/shim/runs')" -ne $2 ] || { $3; }
		exec '$real' "\$@"
	EOT
	chmod 755 "$work/shim/$1"
}

# run_shimmed ARGUMENT...: as run, whatever the exit status.
run_shimmed() {
	status=0
	{ said=$(PATH="$work/shim:$PATH" "$apply" "$@" 2>&1 </dev/null) || status=$?; } 2>/dev/null
}

# At the first move, at the last, and at one between: killed, terminated, or a move that fails.
interrupted() { # FROM TO OPTION...: $tree is FROM, and was to be TO
	from=$1 to=$2
	shift 2
	shim mv 0 :
	cp -a "$from" "$work/full"
	run_shimmed "$@" "$work/full"
	is 'undisturbed' 0 "$status"
	moves=$(wc -l <"$work/shim/runs")
	rm -rf "$work/full"
	for count in 1 $((moves / 2)) "$moves"; do
		rm -rf "$tree"
		cp -a "$from" "$tree"
		shim mv "$count" 'exit 1'
		run_shimmed "$@" "$tree"
		is "a move that fails ($count)" 1 "$status"
		contains 'what is said' "$said" 'is as it was'
		unchanged "the tree after a move that fails ($count)" "$from" "$tree"

		# shellcheck disable=SC2016 # the shim's own parent
		shim mv "$count" 'kill -TERM $PPID'
		run_shimmed "$@" "$tree"
		if [ "$count" = "$moves" ]; then
			is "terminated at the last move" 143 "$status"
		else
			is "terminated ($count)" 143 "$status"
			unchanged "the tree after SIGTERM ($count)" "$from" "$tree"
		fi

		rm -rf "$tree"
		cp -a "$from" "$tree"
		# shellcheck disable=SC2016 # as above
		shim mv "$count" 'kill -KILL $PPID; exit 1'
		run_shimmed "$@" "$tree"
		is "killed ($count)" 137 "$status"
		run 4 --check "$tree"
		contains 'what --check says' "$said" 'cut short'
		# And the one that cleans up is killed too.
		# shellcheck disable=SC2016 # as above
		shim mv 1 'kill -KILL $PPID; exit 1'
		run_shimmed "$@" "$tree"
		run 0 "$@" "$tree"
		unchanged "the tree when run again ($count)" "$to" "$tree"
	done
}

interrupted_apply() {
	run 0 "$tree"
	cp -a "$tree" "$work/applied"
	interrupted "$pristine" "$work/applied"
	rm -rf "$work/applied"
}

interrupted_revert() {
	run 0 "$tree"
	cp -a "$tree" "$work/applied"
	interrupted "$work/applied" "$pristine" --revert
	rm -rf "$work/applied"
}

# Of a source, and of a file of the tree.
copies_that_fail() {
	for count in 3 12; do
		shim cp "$count" 'echo "cp: No space left on device" >&2; exit 1'
		run_shimmed "$tree"
		is 'exit status' 1 "$status"
		contains 'what is said' "$said" 'No space left'
		unchanged 'the tree' "$pristine" "$tree"
	done
}

# As a user who may not write there; root, who may, becomes nobody.
read_only() {
	as_user=
	[ "$(id -u)" -ne 0 ] || as_user='setpriv --reuid 65534 --regid 65534 --clear-groups'
	chmod -R a-w,a+rX "$tree"
	chmod -R a+rX "$room"
	status=0
	said=$($as_user "$apply" "$tree" 2>&1) || status=$?
	is 'exit status' 1 "$status"
	is 'what is said' "apply: $tree can't be written; nothing is changed" "$said"
	chmod -R u+w "$tree"
	unchanged 'the tree' "$pristine" "$tree"
	run 0 "$tree"
	chmod -R a-w,a+rX "$tree"
	status=0
	$as_user "$apply" "$tree" || status=$?
	is 'nothing to do' 0 "$status"
	chmod -R u+w "$tree"
	# One directory deep down.
	run 0 --revert "$tree"
	if [ -n "$as_user" ]; then
		chown -R 65534:65534 "$tree"
	fi
	chmod a-w "$tree/kernel"
	status=0
	said=$($as_user "$apply" "$tree" 2>&1) || status=$?
	is 'exit status' 1 "$status"
	contains 'what is said' "$said" 'is as it was'
	chmod u+w "$tree/kernel"
	unchanged 'the tree' "$pristine" "$tree"
}

at_work() {
	ln -s $$ "$tree/.slmbx-apply.lock"
	refuses 1 "process $$ is at work" "$tree"
	sleep 0 &
	dead=$!
	wait "$dead"
	ln -sfn "$dead" "$tree/.slmbx-apply.lock"
	run 0 "$tree"
	is 'the lock of a dead process' '' "$(find "$tree" -name '.slmbx*')"
	run 0 --check "$tree"
}

# A tree of links to another, as some keep several trees of one source.
linked_tree() {
	rm -rf "$tree"
	cp -as "$pristine" "$tree"
	run 0 "$tree"
	run 0 --check "$tree"
	is 'the tree linked to' '' "$(grep -rl slmbx "$pristine" || :)"
	rm -rf "$tree"
	cp -a "$pristine" "$work/other"
	cp -al "$work/other" "$tree"
	run 0 "$tree"
	unchanged 'the tree with the same inodes' "$pristine" "$work/other"
	rm -rf "$work/other"
}

if grep -rlq slmbx "$pristine"; then
	echo "Bail out! $pristine has slmbx in it already"
	exit 1
fi
test_that 'the tables hold the calls, and what is between them is sys_ni_syscall' tables
test_that 'the sources are there, and nothing else' sources
test_that 'a second run touches nothing' second_run
test_that 'a changed source is copied, it alone' changed_source
test_that 'what a build left in ipc/slmbx stays, and goes with it' results_of_a_build
test_that '--revert takes everything out' reverted
test_that 'lines of others stay' tree_moved_on
test_that '--check tells, and changes nothing' check_only
test_that 'wrong use' wrong_use
test_that 'trees it does not know are refused' unknown_trees
test_that 'numbers of others are refused' taken_numbers
test_that 'files of others are refused' others_files
test_that 'an apply that is interrupted' interrupted_apply
test_that 'a revert that is interrupted' interrupted_revert
test_that 'copies that fail' copies_that_fail
test_that 'a tree that may not be written' read_only
test_that 'two at once' at_work
test_that 'a tree of links' linked_tree
echo "1..$tests"
[ "$failures" -eq 0 ]
