/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_UIDGID_H
#define SHIM_LINUX_UIDGID_H

#include <linux/types.h>

typedef struct {
	uid_t val;
} kuid_t;

struct user_namespace;

#define KUIDT_INIT(value)	{ value }
#define GLOBAL_ROOT_UID		((kuid_t)KUIDT_INIT(0))
#define INVALID_UID		((kuid_t)KUIDT_INIT((uid_t)-1))

static inline uid_t __kuid_val(kuid_t uid)
{
	return uid.val;
}

static inline bool uid_eq(kuid_t left, kuid_t right)
{
	return __kuid_val(left) == __kuid_val(right);
}

static inline bool uid_valid(kuid_t uid)
{
	return __kuid_val(uid) != (uid_t)-1;
}

/* One namespace: the daemon sees its clients' uids as its own kernel names them. */
static inline kuid_t make_kuid(struct user_namespace *from, uid_t uid)
{
	return (kuid_t)KUIDT_INIT(uid);
}

static inline uid_t from_kuid_munged(struct user_namespace *to, kuid_t uid)
{
	return __kuid_val(uid);
}

#endif /* SHIM_LINUX_UIDGID_H */
