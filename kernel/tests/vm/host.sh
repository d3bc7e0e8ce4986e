# shellcheck shell=sh
# shellcheck disable=SC2016,SC2154 # the guest's shell expands; $kernel, $status and $scratch are of check
# What the guest sees of the host, and what it may change there.

echo original >file
vm -- sh -c 'echo changed >file; echo new >new; rm -rf "$1"; mkdir dir; cat file new' - "$vm/README.md"
check 'the guest may write over the host'\''s files' out_is "$(printf 'changed\nnew')"
check 'and the host keeps what it had' [ "$(cat file)" = original ]
check 'and gets nothing new' fails ls new dir
check 'and loses nothing' [ -f "$vm/README.md" ]

vm --out "$scratch/left" -- sh -c 'echo report >left/report; mkdir left/more; echo x >left/more/x'
check 'a directory that is written through' [ "$(cat left/report left/more/x)" = "$(printf 'report\nx')" ]
vm --out "$scratch/left" -- cat left/report
check 'is seen as it is' out_is report
rm -rf left

vm -- sh -c 'for path in proc sys dev dev/pts dev/shm dev/mqueue run sys/fs/cgroup sys/kernel/debug sys/kernel/tracing
	do mountpoint -q /$path || echo $path; done; test -c /dev/null && ls /proc/self/fd/0 >/dev/null || echo dev'
case $kernel in
module) check 'the file systems of a system, where its kernel has them' fails grep -vq '^sys/kernel/tracing$' out ;;
*) check 'the file systems of a system' out_is '' ;;
esac

vm -- sh -c 'id -u; uname -n; grep -c . /proc/net/if_inet6; cat /sys/class/net/lo/carrier'
check 'root, on a host of its own with a loopback' out_is "$(printf '0\nguest\n1\n1')"
