# shellcheck shell=sh
# shellcheck disable=SC2016,SC2154 # the guest's shell expands; $kernel, $status, $scratch and $vm are of check
# Interruption, and runs at the same time.

# A command that has begun: its first line of output is there.
begin() {
	"$vm/run" --kernel "$kernel" --no-leaks --timeout 120 "$@" >"$scratch/out" 2>"$scratch/err" </dev/null &
	run=$!
	for _ in $(seq 300); do
		[ ! -s out ] || break
		sleep 0.2
	done
}

# No process is left of those that had this TMPDIR.
none_left() {
	for _ in $(seq 20); do
		grep -lsz "^TMPDIR=$scratch/tmp\$" /proc/[0-9]*/environ >left || return 0
		sleep 0.2
	done
	return 1
}

mkdir tmp
for signal in TERM HUP KILL; do
	TMPDIR=$scratch/tmp begin -- sh -c 'echo begun; sleep 100'
	kill -s "$signal" "$run"
	wait "$run" 2>/dev/null
	status=$?
	check "$signal ends it" [ "$status" -gt 128 ]
	check 'and the guest' none_left
	[ "$signal" = KILL ] || check 'and what it had on disk' fails ls tmp/slmbx-vm*
done
rm -rf tmp

for one in 1 2 3; do
	"$vm/run" --kernel "$kernel" --no-leaks --timeout 120 -- sh -c 'echo "$1" >file; sleep 1; cat file; exit "$1"' - "$one" \
		>"out.$one" 2>"err.$one" </dev/null &
	eval "run$one=$!"
done
: >out
: >err
# shellcheck disable=SC2154 # set by eval
for one in "1 $run1" "2 $run2" "3 $run3"; do
	status=0
	wait "${one#* }" || status=$?
	one=${one% *}
	check "run $one of three at once" [ "$status $(cat "out.$one" "err.$one")" = "$one $one" ]
done
