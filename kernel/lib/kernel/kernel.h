/* SPDX-License-Identifier: MIT */
/*
 * What the two kernel engines share. With both, a call is one system call and the
 * result is the kernel's; the kernel looks at the caller's memory by itself.
 */
#ifndef SLMBX_KERNEL_H
#define SLMBX_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct slmbx_identity - what the thread is while it acts for another uid
 * @fsuid: its own filesystem uid
 * @signals: its own signal mask
 */
struct slmbx_identity {
	uid_t fsuid;
	uint64_t signals;
};

/* Makes @uid the thread's filesystem uid until restored. 0, or -EACCES with nothing changed. */
int slmbx_identity_take(uid_t uid, struct slmbx_identity *own);
void slmbx_identity_restore(const struct slmbx_identity *own);

/*
 * Whether @result is what a kernel that has the calls answers to slmbx_count(SLMBX_ID_NONE).
 * Nothing else answers so: it is neither what an unknown call gets nor what a seccomp
 * filter says, which may be EPERM.
 */
bool slmbx_is_answer(long result);

#endif /* SLMBX_KERNEL_H */
