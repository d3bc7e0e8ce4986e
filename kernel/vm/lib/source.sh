# shellcheck shell=sh
# shellcheck disable=SC2154 # $cache is of common.sh
# Which kernel source: SLMBX_LINUX is a Debian package (linux-source-6.1 if unset) or a tarball.

linux=${SLMBX_LINUX:-linux-source-6.1}

# The name of this very source, with its version.
source_name() {
	case $linux in
	*/*)
		[ -f "$linux" ] || die "SLMBX_LINUX is $linux, which is no file; give a kernel tarball or a Debian package."
		printf '%s_%s\n' "$(basename "$linux" | sed 's/\.tar.*//')" "$(stat -c '%s.%Y' "$linux")"
		;;
	*) printf '%s_%s\n' "$linux" "$(package_version)" ;;
	esac
}

# The version of the package that is installed; else of the one that apt would; else of one unpacked earlier.
package_version() {
	if [ -f "/usr/src/$linux.tar.xz" ]; then
		version=$(dpkg-query -W -f '${Version}' "$linux" 2>/dev/null)
	else
		version=$(apt-cache show --no-all-versions "$linux" 2>/dev/null | sed -n 's/^Version: //p')
	fi
	if [ -z "$version" ]; then
		version=$(find "$cache/source" -maxdepth 1 -type d -name "${linux}_*" 2>/dev/null | sed 's/.*_//' | sort -V | tail -n 1)
	fi
	[ -n "$version" ] || die "there is no Debian package $linux here; run apt-get update, or set SLMBX_LINUX to a kernel tarball."
	printf '%s\n' "$version"
}
