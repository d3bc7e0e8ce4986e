# shellcheck shell=sh
# shellcheck disable=SC2154 # $kernel, $status and $scratch are of check
# TAP, and where a test failed what its run left.

points=0
failures=0

# check NAME COMMAND...: one test, that the command succeeds.
check() {
	name=$1
	shift
	points=$((points + 1))
	if "$@"; then
		echo "ok $points - $kernel: $name"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $points - $kernel: $name"
	echo "# failed: $*; status ${status:-}"
	for file in out err; do
		head -c 2000 "$scratch/$file" | sed "s/^/# $file: /"
	done
}

plan() {
	echo "1..$points"
	[ "$failures" -eq 0 ]
}

# fails COMMAND...: that it doesn't succeed.
fails() {
	! "$@"
}
