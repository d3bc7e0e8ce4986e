#!/bin/sh
# Bootstrap of the npm scripts: checks Node, installs the npm packages, compiles scripts/*.ts and hands over
# to them. Everything that can be TypeScript is there, not here.
#
#   sh scripts/run.sh start|stop|build|test|lint|bench [ARGUMENT...]
set -eu

die() {
	printf 'slmbx: %s\n' "$*" >&2
	exit 1
}

# Names the log of a step that failed, and shows its end.
die_with_log() {
	printf 'slmbx: %s failed; its output is in %s, which ends:\n' "$1" "$2" >&2
	tail -n 8 "$2" | sed 's/^/    /' >&2
	exit 1
}

cd "$(dirname "$0")/.." || exit 1

# The Node that runs npm, rather than the first on PATH: npm puts node_modules/.bin in front, and one of the
# packages (another Node for the tests) leaves a `node` there.
node=${npm_node_execpath:-}
[ -x "$node" ] || node=$(command -v node) || die 'Node.js 20 or newer is needed, and there is no node on PATH.'
major=$("$node" -p 'process.versions.node.split(".")[0]' 2>/dev/null) || major=
case $major in
'' | *[!0-9]*) die "Node.js 20 or newer is needed, and $node does not run." ;;
esac
[ "$major" -ge 20 ] || die "Node.js 20 or newer is needed, and $node is $("$node" --version); install a newer one."

sum() {
	cat "$@" | sha256sum | cut -d ' ' -f 1
}

# The recorded sum is equal to the sum of these files.
is_fresh() {
	stamp=$1
	shift
	[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(sum "$@")" ]
}

packages_fresh() {
	is_fresh node_modules/.slmbx-lock package-lock.json
}

scripts_fresh() {
	is_fresh build/scripts/.sum scripts/*.ts scripts/tsconfig.build.json tsconfig.json package-lock.json
}

install_packages() {
	if [ -n "${npm_execpath:-}" ] && [ -f "$npm_execpath" ]; then
		set -- "$node" "$npm_execpath"
	elif command -v npm >/dev/null; then
		set -- npm
	else
		die 'npm is needed to install the packages, and there is none on PATH.'
	fi
	echo 'slmbx: installing the npm packages'
	# No package may run code of its own at install, and none needs to.
	"$@" ci --ignore-scripts --no-audit --no-fund </dev/null >build/logs/npm-ci.log 2>&1 9>&- ||
		die_with_log 'npm ci' build/logs/npm-ci.log
	sum package-lock.json >node_modules/.slmbx-lock
}

compile_scripts() {
	rm -rf build/scripts
	"$node" node_modules/typescript/bin/tsc -p scripts/tsconfig.build.json >build/logs/scripts.log 2>&1 9>&- ||
		die_with_log 'compiling scripts/' build/logs/scripts.log
	sum scripts/*.ts scripts/tsconfig.build.json tsconfig.json package-lock.json >build/scripts/.sum
}

if ! packages_fresh || ! scripts_fresh; then
	{ mkdir -p build/logs && echo >build/bootstrap.lock; } 2>/dev/null ||
		die "$PWD/build can't be written: its owner must run this, and the disk must have room."
	# One at a time; the lock goes with this process, whatever ends it.
	exec 9>build/bootstrap.lock
	if command -v flock >/dev/null && ! flock -n 9; then
		echo 'slmbx: waiting for another run to finish installing'
		flock 9
	fi
	packages_fresh || install_packages
	scripts_fresh || compile_scripts
	exec 9>&-
fi
[ ! -e node_modules/.bin/node ] || rm -f node_modules/.bin/node 2>/dev/null || :

if [ "${1:-}" = start ]; then
	# The service takes this process's place, so that signals and the exit code are its own.
	shift
	"$node" build/scripts/cli.js start "$@"
	exec "$node" dist/main.js "$@"
fi
exec "$node" build/scripts/cli.js "$@"
