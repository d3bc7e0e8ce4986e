// SPDX-License-Identifier: MIT
/*
 * Acting for another uid. The kernel takes a caller for its filesystem uid, which is
 * the thread's alone and which nothing else but file access heeds.
 *
 * No signal may be handled meanwhile: a handler would run as the other uid, and might
 * leave by longjmp(3) for good. All are blocked, glibc's own too, by which setuid(2)
 * of another thread reaches this one: it takes effect after, on the thread's own uid.
 */
#include <errno.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kernel.h"

static void set_signals(const uint64_t *set, uint64_t *old)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, set, old, sizeof(*set));
}

/* setfsuid(2) never fails but it may do nothing; a uid there can't be only asks. */
static uid_t fsuid(void)
{
	return (uid_t)setfsuid((uid_t)-1);
}

int slmbx_identity_take(uid_t uid, struct slmbx_identity *own)
{
	const uint64_t all = UINT64_MAX;

	set_signals(&all, &own->signals);
	own->fsuid = (uid_t)setfsuid(uid);
	if (fsuid() == uid)
		return 0;
	set_signals(&own->signals, NULL);
	return -EACCES;
}

void slmbx_identity_restore(const struct slmbx_identity *own)
{
	setfsuid(own->fsuid);
	set_signals(&own->signals, NULL);
}
