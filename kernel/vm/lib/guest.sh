# shellcheck shell=sh
# shellcheck disable=SC2154 # $cache, $root and $vm are of common.sh
# The guest's first process, and the initramfs that has it.

guest_sources() {
	find "$vm/guest" -name '*.[ch]' | LC_ALL=C sort
	printf '%s\n' "$root/kernel/include/uapi/linux/slmbx.h"
}

# build_guest: sets guest_directory to the directory that has initramfs, and initrd with what is in it.
build_guest() {
	guest_directory=$cache/images/guest-$(guest_sources | key "$(${CC:-gcc} -dumpfullversion 2>/dev/null)")
	[ ! -d "$guest_directory" ] || return 0
	need_packages 'building the guest' cpio gcc libc6-dev
	need_room "$cache/images" 50
	mkdir -p "$cache/log"
	new=$(mktemp -d "$cache/images/.guest.XXXXXX")
	chmod 755 "$new"
	mkdir "$new/initrd"
	(cd "$vm/guest" && ${CC:-gcc} -std=gnu11 -O2 -static -Wall -Wextra -Werror \
		-I "$root/kernel/include/uapi" -o "$new/initrd/init" ./*.c) >"$cache/log/guest.log" 2>&1 ||
		failed_with_log 'building the guest' "$cache/log/guest.log"
	strip "$new/initrd/init"
	pack_initramfs "$new/initrd" "$new/initramfs"
	keep_image "$new" "$guest_directory"
}

# pack_initramfs DIRECTORY FILE: all of the directory, as the kernel unpacks it. FILE isn't in it.
pack_initramfs() {
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$2" 2>"$cache/log/initramfs.log" ||
		failed_with_log 'packing the initramfs' "$cache/log/initramfs.log"
}
