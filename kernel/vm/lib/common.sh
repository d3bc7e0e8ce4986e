# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # $vm is of the script that sources this, and what is set is for it
# Sourced by every script of kernel/vm, which has set $vm to its own folder: where things are, how it fails.

root=$(CDPATH='' cd -- "$vm/../.." && pwd)
cache=${SLMBX_KERNEL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/slmbx/kernel}
# What a script of kernel/vm ends with when it couldn't do its own part.
unable=122

say() {
	printf 'kernel/vm: %s\n' "$*" >&2
}

die() {
	say "$@"
	exit "$unable"
}

# need_room DIRECTORY MEGABYTES: there is that much room where DIRECTORY is to be.
need_room() {
	mkdir -p "$1" 2>/dev/null || die "$1 can't be made; set SLMBX_KERNEL_CACHE to a directory that can be written."
	[ -w "$1" ] || die "$1 can't be written; set SLMBX_KERNEL_CACHE to a directory that can be."
	room=$(df -Pm -- "$1" | awk 'END { print $4 }')
	[ "$room" -ge "$2" ] ||
		die "$1 has $room MB of room and $2 MB are needed; free some, or set SLMBX_KERNEL_CACHE to another disk."
}

# failed_with_log WHAT LOG: ends, with the reason out of the log.
failed_with_log() {
	if grep -q 'No space left on device' "$2"; then
		die "$1 failed for want of room on the disk of $cache; free some, or set SLMBX_KERNEL_CACHE to another disk."
	fi
	say "$1 failed; its output is in $2, which has:"
	{ grep -nE 'error|Error|ERROR|\*\*\*' "$2" || tail -n 8 "$2"; } | head -n 12 | sed 's/^/    /' >&2
	exit "$unable"
}

# lock FILE WHAT: holds the lock on descriptor 9 until this process ends; WHAT is waited for.
lock() {
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	flock -n 9 && return
	say "waiting for another run to finish $2"
	flock 9
}

# need_packages PURPOSE PACKAGE...: Debian packages that are there afterwards.
need_packages() {
	purpose=$1
	shift
	command -v dpkg-query >/dev/null || return 0
	missing=
	for package; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
		installed) ;;
		*) missing="$missing $package" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	[ "$(id -u)" -eq 0 ] || die "$purpose needs Debian packages; have root run: apt-get install$missing"
	say "installing the Debian packages$missing"
	mkdir -p "$cache/log"
	# shellcheck disable=SC2086 # names of packages, split at the blanks
	apt_install $missing >"$cache/log/apt.log" 2>&1 && return
	apt-get -q update >>"$cache/log/apt.log" 2>&1
	# shellcheck disable=SC2086 # as above
	apt_install $missing >>"$cache/log/apt.log" 2>&1 ||
		failed_with_log "apt-get install$missing" "$cache/log/apt.log"
}

apt_install() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "$@" 9>&-
}
