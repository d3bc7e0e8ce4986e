# shellcheck shell=sh
# shellcheck disable=SC2154 # variables of kernel/vm/run, which sources this
# One run of a guest: the directory of its job, its processes, its log.

# make_job COMMAND...: the directory as kernel/vm/guest/guest.h has it, and the log.
make_job() {
	job=$(mktemp -d "${TMPDIR:-/tmp}/slmbx-vm.XXXXXX") || die 'there is no room for temporary files; free some, or set TMPDIR.'
	share=$job/share
	mkdir "$share"
	printf '%s\0' "$@" >"$share/argv"
	printf '%s\0' "$PWD" >"$share/cwd"
	job_environment >"$share/env"
	: >"$share/stdout"
	: >"$share/stderr"
	if [ -n "$out" ]; then
		mkdir -p "$out" 2>/dev/null || die "$out can't be made, so the guest can't write to it."
		out=$(CDPATH='' cd -- "$out" && pwd -P)
		printf '%s\0' "$out" >"$share/out"
	fi
	[ -n "$log" ] || log=$job/log
	: >"$log" 2>/dev/null || die "$log can't be written; --log names a file that can be."
}

# What of the caller's environment the command gets.
job_environment() {
	pattern='^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]*|TERM|TZ|CI|FORCE_COLOR|NO_COLOR|SLMBX_[A-Za-z0-9_]*'
	for one in $names; do
		pattern="$pattern|$one"
	done
	env -0 | grep -zE "$pattern)=" || :
}

# start_guest: boots; sets guest to a process whose group is all that belongs to it.
start_guest() {
	set -- "$vm/boot" "$arch" "$image/kernel" "$initramfs" "$share" "$out" "$memory" "$cpus" \
		panic=-1 oops=panic printk.devkmsg=on loglevel=7 "kunit.enable=$kunit" "$@"
	if command -v setpriv >/dev/null; then
		# If this shell is killed, so is the guest.
		set -- setpriv --pdeathsig TERM timeout -k 0.2 "$limit" "$@"
	else
		set -- timeout -k 0.2 "$limit" "$@"
	fi
	# User-mode Linux writes all of its log only to what it can wait for, which a file isn't.
	mkfifo "$job/console"
	cat <"$job/console" >"$log" &
	logger=$!
	"$@" </dev/null >"$job/console" 2>&1 &
	guest=$!
	tail -q -n +1 -s 0.1 -f --pid="$guest" "$share/stdout" &
	tails=$!
	tail -q -n +1 -s 0.1 -f --pid="$guest" "$share/stderr" >&2 &
	tails="$tails $!"
}

# Ends the guest, if there is one, and removes what it left.
clean_up() {
	trap '' INT TERM HUP
	if [ -n "${guest:-}" ]; then
		# Just begun, it has no group yet; once it is gone, none can join.
		kill -KILL "$guest" 2>/dev/null || :
		kill -KILL -- "-$guest" 2>/dev/null || :
		wait 2>/dev/null || :
	fi
	[ -z "${job:-}" ] || rm -rf "$job"
}

# interrupted NUMBER: ends as this signal does.
interrupted() {
	clean_up
	trap - EXIT
	exit $((128 + $1))
}

# Fails the run, with what the log says.
kernel_report() {
	say "$1; of its log:"
	sed 's/^/    /' "$2" >&2
	[ "$log" = "$job/log" ] || say "all of the log is in $log"
	exit "$kernel_failed"
}

# finish_guest: waits, and ends as the command, the clock or the kernel has it.
finish_guest() {
	started=$(date +%s)
	ended=0
	wait "$guest" 2>/dev/null || ended=$?
	# shellcheck disable=SC2086 # two numbers
	wait $tails || :
	kill -KILL -- "-$guest" 2>/dev/null || :
	guest=''
	wait "$logger" || :
	set -- "$job/report"
	uml=0
	[ "$arch" != um ] || uml=1
	symbols=''
	[ ! -f "$image/symbols" ] || symbols=$image/symbols
	if ! awk -v uml="$uml" -v ours="$symbols" -f "$vm/lib/verdict.awk" "$log" >"$1"; then
		kernel_report "the $kernel kernel reported faults" "$1"
	fi
	if [ -f "$share/status" ]; then
		exit "$(cat "$share/status")"
	fi
	tail -n 20 "$log" >"$1"
	if [ "$ended" -eq 124 ] || { [ "$ended" -eq 137 ] && [ $(($(date +%s) - started)) -ge "$limit" ]; }; then
		say "the command and the guest took more than $limit seconds, and were ended; the log ends:"
		sed 's/^/    /' "$1" >&2
		exit "$timed_out"
	fi
	kernel_report "the $kernel kernel ended without saying how the command did" "$1"
}
