# shellcheck shell=sh
# shellcheck disable=SC2034 # for the scripts that source this
# The kernels there are: each is an architecture, fragments of config/, and the file that make leaves.

flavours='uml syscall debug preempt kcsan module'

# flavour NAME: sets arch, fragments, target and image; fails for a name that isn't one.
flavour() {
	arch=x86_64 target=bzImage image=arch/x86/boot/bzImage
	case $1 in
	uml) arch=um target=linux image=linux fragments='common nopreempt uml kunit' ;;
	syscall) fragments='common x86 nopreempt plain' ;;
	debug) fragments='common x86 nopreempt debug kunit' ;;
	preempt) fragments='common x86 preempt debug kunit' ;;
	kcsan) fragments='common x86 nopreempt kcsan kunit' ;;
	module) fragments='' target='' image='' ;;
	*) return 1 ;;
	esac
}
