# shellcheck shell=sh
# shellcheck disable=SC2016,SC2034,SC2154 # the guest's shell expands; $kernel, $status and $vm are of check
# What a kernel says against itself fails the run, whatever the command said.

for line in 'INFO: task sh:12 blocked for more than 60 seconds.' 'BUG: KCSAN: data-race in f / g' \
	'=== BUG kmalloc-64 (Tainted: G): Poison overwritten' 'not ok 3 a_test' \
	'rcu: INFO: rcu_sched self-detected stall on CPU'; do
	vm -- sh -c 'echo "$1" >/dev/kmsg' - "$line"
	check "the log has: $line" [ "$status" -eq 125 ]
	check 'and it is shown' err_has "${line%%(*}"
done

# print_race FUNCTION FUNCTION: KCSAN's report of one between these two.
print_race() {
	echo "BUG: KCSAN: data-race in $1 / $2"
	for function in "$1" "$2"; do
		printf '\nwrite to 0xffff888003d57a40 of 8 bytes by task 70 on cpu 0:\n %s+0x22/0x90\n do_syscall_64+0x37/0x90\n' \
			"$function"
	done
	echo ==================================================================
}
print_race __alloc_pages free_pcppages_bulk >race
vm -- sh -c 'cat race >/dev/kmsg; exit 3'
check 'a data race of other parts of a kernel is let pass' [ "$status" -eq 3 ]
for function in slmbx_mailbox_push slmbx_skiplist_find; do
	print_race __alloc_pages "$function" >race
	vm -- sh -c 'cat race >/dev/kmsg; exit 3'
	check "one of our $function is not" [ "$status" -eq 125 ]
done

vm -- sh -c 'echo "nothing to warn of, no bug: all is well" >/dev/kmsg; exit 3'
check 'other lines of the log are let pass' [ "$status" -eq 3 ]
check 'and the log is kept where asked' grep -q 'all is well' log

# inject NAME PATTERN [OPTION...]: the kernel commits this fault, and what it says of it fails the run.
inject() {
	fault=$1
	pattern=$2
	shift 2
	vm "$@" -- insmod "$("$vm/build" "$kernel")/faults.ko" "fault=$fault"
	check "a real fault: $fault" [ "$status" -eq 125 ]
	check 'and the report of it is shown' err_has "$pattern"
}

vm -- insmod "$("$vm/build" "$kernel")/faults.ko" fault=none
check 'a module of faults that commits none' [ "$status" -eq 1 ]
inject warn 'WARNING: .*\[faults\]'
inject oops 'Kernel panic'
case $kernel in
kcsan)
	inject race 'BUG: KCSAN: data-race in race.*\[faults\]'
	;;
debug | preempt)
	leaks=''
	vm -- true
	check 'no leak is seen where there is none' [ "$status" -eq 0 ]
	inject leak 'kmemleak: unreferenced object'
	leaks=--no-leaks
	inject overflow 'BUG: KASAN: slab-out-of-bounds'
	inject use-after-free 'BUG: KASAN: \(slab-\)\?use-after-free'
	inject out-of-bounds 'UBSAN: array-index-out-of-bounds'
	inject lock-order 'possible circular locking dependency'
	inject sleep-in-atomic 'BUG: scheduling while atomic\|BUG: sleeping function'
	inject rcu-unlocked 'suspicious RCU usage'
	# Sooner than a guest that has to wait for its host is suspected.
	inject hang 'INFO: task insmod:.* blocked for more than' --append sysctl.kernel.hung_task_timeout_secs=5
	inject lockup 'BUG: soft lockup' --append watchdog_thresh=3
	;;
esac
