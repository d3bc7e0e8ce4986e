# shellcheck shell=sh
# shellcheck disable=SC2154 # $cache, $root and $vm are of common.sh
# Finished kernels: $cache/images/NAME-KEY, where KEY sums up everything that went in. One is made beside its place
# and moved there whole, so what is there is complete.

# What goes into the sum of a kernel beside its configuration, in a fixed order.
kernel_sources() {
	find "$root/kernel/linux" "$root/kernel/core" "$root/kernel/tests/kunit" "$root/kernel/include/uapi" -type f \
		\( -name '*.[ch]' -o -name 'Kconfig' -o -name 'Makefile' -o -name 'Kbuild' -o -name apply -o -name '*.mk' \) \
		! -name '*.mod.c' 2>/dev/null | LC_ALL=C sort
}

# key WORD... <LIST-OF-FILES: a short sum of the words, and of the names and contents of the files.
key() {
	{
		printf '%s\n' "$@"
		tr '\n' '\0' | (cd "$root" && sed -z "s|^$root/||" | xargs -0r sha256sum)
	} | sha256sum | cut -c 1-16
}

# functions OBJECT...: their names, one a line.
functions() {
	nm "$@" | awk '$2 ~ /^[Tt]$/ { print $3 }' | sort -u
}

# keep_image NEW FINAL: publishes NEW, and removes what runs that were killed left, and images of the same name that
# were not used for an hour, but for the newest.
keep_image() {
	mv -T "$1" "$2" 2>/dev/null || { [ -d "$2" ] && rm -rf "$1"; } || die "$2 can't be written."
	name=${2##*/}
	find "$cache/images" -mindepth 1 -maxdepth 1 -name '.*' -mmin +60 -exec rm -rf {} +
	find "$cache/images" -mindepth 1 -maxdepth 1 -name "${name%-*}-*" -mmin +60 -printf '%T@ %p\n' |
		sort -rn | tail -n +4 | cut -d ' ' -f 2- | while IFS= read -r old; do
		rm -rf "$old"
	done
}
