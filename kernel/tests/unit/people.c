// SPDX-License-Identifier: MIT
#include <string.h>

#include <linux/rcupdate.h>

#include "people.h"
#include "shim.h"

#define NO_PAGE	4096	/* bytes at address 0 */

const uid_t uid_of[PEOPLE] = { [ROOT] = 0, [ALICE] = 1000, [BOB] = 1001 };

static __thread struct task_struct task;
static __thread uintptr_t fault_start, fault_end;

/* How many of the @n bytes from @address can be reached. */
static unsigned long reachable(uintptr_t address, unsigned long n)
{
	if (address < NO_PAGE)
		return 0;
	if (address >= fault_end || address + n <= fault_start)
		return n;
	return address < fault_start ? fault_start - address : 0;
}

static unsigned long read_memory(struct task_struct *from_task, void *to, const void __user *from,
				 unsigned long n)
{
	unsigned long can = reachable((uintptr_t)from, n);

	if (can)
		memcpy(to, from, can);
	return n - can;
}

static unsigned long write_memory(struct task_struct *to_task, void __user *to, const void *from,
				  unsigned long n)
{
	unsigned long can = reachable((uintptr_t)to, n);

	if (can)
		memcpy(to, from, can);
	return n - can;
}

static const struct shim_user_memory memory = { .read = read_memory, .write = write_memory };

void people_begin(void)
{
	shim_thread_begin(&task);
	become(ROOT);
}

void people_end(void)
{
	shim_work_stop();
	rcu_barrier();
	shim_thread_end();
}

void become_uid(uid_t uid)
{
	task = (struct task_struct){ .fsuid = KUIDT_INIT(uid), .memory = &memory };
	shim_become(&task);
}

void become(int person)
{
	become_uid(uid_of[person]);
}

void fault_at(const void *start, size_t len)
{
	fault_start = (uintptr_t)start;
	fault_end = fault_start + len;
}
