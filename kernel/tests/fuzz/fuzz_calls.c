// SPDX-License-Identifier: MIT
/*
 * Sequences of calls, decoded from the input, made to the core and asked of a model.
 * Every result, every byte received and all that is left at the end must be the same,
 * while allocations fail and buffers fault.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rcupdate.h>
#include <linux/slmbx.h>

#include "calls.h"
#include "inside_quota.h"
#include "inside_skiplist.h"
#include "inside_system.h"
#include "input.h"
#include "model.h"
#include "shim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the caller's buffer is said to be; its bytes are made or looked at on their way. */
#define BUFFER		0x100000UL
#define LONGEST		0xffff		/* message that is really sent */
#define POISON		0x5a

static struct model model;
static struct task_struct task;
static unsigned int uid;		/* number of the caller's */
static unsigned int step;

static struct {
	uint32_t reach;			/* bytes of it that can be touched */
	uint32_t seed;			/* what is read from it */
	unsigned char bytes[LONGEST + 64];	/* what was written to it */
} buffer;

static void __attribute__((format(printf, 1, 2), noreturn)) differ(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "step %u, uid %u: ", step, model_uid(uid));
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

static unsigned char byte_of(uint32_t seed, size_t at)
{
	return (seed + at) * 2654435761U >> 24;
}

/* How many of @n bytes at @address can be touched. */
static unsigned long reachable(uintptr_t address, unsigned long n)
{
	uintptr_t end = BUFFER + buffer.reach;

	if (address < BUFFER || address >= end)
		return 0;
	return n < end - address ? n : end - address;
}

static unsigned long read_buffer(struct task_struct *from_task, void *to, const void __user *from,
				 unsigned long n)
{
	unsigned long can = reachable((uintptr_t)from, n);

	for (unsigned long i = 0; i < can; i++)
		((unsigned char *)to)[i] = byte_of(buffer.seed, (uintptr_t)from - BUFFER + i);
	return n - can;
}

static unsigned long write_buffer(struct task_struct *to_task, void __user *to, const void *from,
				  unsigned long n)
{
	unsigned long can = reachable((uintptr_t)to, n);
	size_t at = (uintptr_t)to - BUFFER;

	if (can && at + can > sizeof(buffer.bytes))
		differ("%lu bytes are written at %zu", can, at);
	if (can)
		memcpy(buffer.bytes + at, from, can);
	return n - can;
}

static const struct shim_user_memory memory = { .read = read_buffer, .write = write_buffer };

/* The result of a call that allocated nothing, or of which no allocation failed. */
static void expect(long got, long wanted, const char *call, unsigned int n)
{
	if (got != wanted)
		differ("%s(%u) is %ld, not %ld", call, model_id(n), got, wanted);
}

/*
 * Allocations fail from the @fail_at-th of the call on; 0: none. If one did, the
 * answer is -ENOMEM, whatever it would be else, and nothing happens.
 */
static unsigned int fail_at;

static void begin_call(void)
{
	shim_fail_allocations(fail_at ? fail_at : ULONG_MAX, fail_at ? fail_at : ULONG_MAX);
}

static bool lacked_memory(void)
{
	unsigned long asked = shim_fail_allocations(0, 0);
	bool lacked = fail_at && asked >= fail_at;

	fail_at = 0;
	return lacked;
}

static void do_init(struct input *in)
{
	static const uint32_t ptrs[] = { 0, 1, 2, 3, 8, 31, 32, 33, 1000000, 0x80000000, UINT_MAX };
	static const uint32_t probs[] = { 2, 4, 8, 16, 0, 1, 3, 32, UINT_MAX };
	uint32_t levels = ptrs[input_byte(in) % (sizeof(ptrs) / sizeof(ptrs[0]))];
	uint32_t prob = probs[input_byte(in) % (sizeof(probs) / sizeof(probs[0]))];
	long got;
	bool lacked;

	begin_call();
	got = slmbx_do_init(levels, prob);
	lacked = lacked_memory();
	expect(got, lacked ? -ENOMEM : model_init(&model, true, uid, levels, prob), "init", 0);
}

static void do_shutdown(void)
{
	expect(slmbx_do_shutdown(), model_shutdown(&model, true, uid), "shutdown", 0);
}

static void do_create(unsigned int n, int protected)
{
	long got;
	bool lacked;

	begin_call();
	got = slmbx_do_create(model_id(n), protected);
	lacked = lacked_memory();
	expect(got, lacked ? -ENOMEM : model_create(&model, true, uid, n, protected), "create", n);
}

static void do_destroy(unsigned int n)
{
	expect(slmbx_do_destroy(model_id(n)), model_destroy(&model, true, uid, n), "destroy", n);
}

/* Small ones mostly, some long, some that nobody has. */
static uint32_t read_len(struct input *in)
{
	uint8_t kind = input_byte(in);

	if (kind < 0xc0)
		return kind;
	if (kind < 0xf0)
		return input_u16(in);
	return UINT_MAX - (kind & 0xf ? 0 : INT_MAX);
}

/* Usually all of it can be touched; else the first bytes, or it is NULL. */
static void *read_buffer_place(struct input *in)
{
	uint8_t kind = input_byte(in);

	buffer.reach = UINT_MAX;
	if (kind < 0xc0)
		return (void *)BUFFER;
	buffer.reach = kind < 0xf0 ? kind & 0x2f : 0;
	return kind < 0xf0 ? (void *)BUFFER : NULL;
}

static void do_send(struct input *in, unsigned int n)
{
	uint32_t len = read_len(in);
	void *from = read_buffer_place(in);
	bool lacked;
	long got;

	buffer.seed = step;
	begin_call();
	got = slmbx_do_send(model_id(n), from, len);
	lacked = lacked_memory();
	expect(got,
	       lacked ? -ENOMEM : model_send(&model, true, uid, n, len, buffer.seed, buffer.reach),
	       "send", n);
}

static void recv_and_compare(unsigned int n, void *to, uint32_t len)
{
	uint32_t seed = 0;
	long got, wanted;

	memset(buffer.bytes, POISON, sizeof(buffer.bytes));
	got = slmbx_do_recv(model_id(n), to, len);
	wanted = model_recv(&model, true, uid, n, len, buffer.reach, &seed);
	expect(got, wanted, "recv", n);
	for (long i = 0; i < got; i++)
		if (buffer.bytes[i] != byte_of(seed, i))
			differ("byte %ld of the message from %u differs", i, model_id(n));
	for (long i = got < 0 ? LONGEST : got; i < (long)sizeof(buffer.bytes) && i < got + 64; i++)
		if (buffer.bytes[i] != POISON)
			differ("byte %ld is written, of %ld", i, got);
}

static void do_recv(struct input *in, unsigned int n)
{
	uint32_t len = read_len(in);

	recv_and_compare(n, read_buffer_place(in), len);
}

/* What the caller's struct of @size bytes and the core's have in common. */
static uint32_t stat_common(uint32_t size)
{
	return size < sizeof(struct slmbx_stat) ? size : sizeof(struct slmbx_stat);
}

static void compare_stat(unsigned int n, uint32_t size)
{
	const struct model_mailbox *mailbox = &model.mailboxes[n];
	struct slmbx_stat st = {};

	memcpy(&st, buffer.bytes, stat_common(size));
	if (st.count != mailbox->count || st.bytes != mailbox->bytes || st.pad || st.leased ||
	    st.delayed || st.expired || st.dead || st.max_messages ||
	    st.owner != model_uid(mailbox->owner) ||
	    st.flags != (mailbox->protected ? SLMBX_STAT_PROTECTED : 0) +
				(mailbox->count ? SLMBX_STAT_HEAD : 0) ||
	    st.head_length != (mailbox->count ? mailbox->messages->len : 0))
		differ("stat(%u): %llu messages, %llu bytes, owner %u, flags %x, head %u",
		       model_id(n), st.count, st.bytes, st.owner, st.flags, st.head_length);
}

/* What the memory of a struct of @size bytes has to say to an older core's stat. */
static long struct_error(uint32_t size)
{
	for (uint32_t i = sizeof(struct slmbx_stat); i < size; i++) {
		if (i >= buffer.reach)
			return -EFAULT;
		if (byte_of(buffer.seed, i))
			return -E2BIG;
	}
	return buffer.reach < stat_common(size) ? -EFAULT : 0;
}

static void do_stat(struct input *in, unsigned int n)
{
	uint32_t size = input_byte(in);
	void *to = read_buffer_place(in);
	long got, wanted;

	memset(buffer.bytes, POISON, 512);
	got = slmbx_do_stat(model_id(n), to, size);
	wanted = model_stat(&model, uid, n, size);
	expect(got, wanted ? wanted : struct_error(size), "stat", n);
	if (got)
		return;
	compare_stat(n, size);
	if (buffer.bytes[stat_common(size)] != POISON)
		differ("stat writes more than its struct");
}

static void become(unsigned int number)
{
	uid = number;
	task.fsuid = (kuid_t)KUIDT_INIT(model_uid(uid));
}

static void set_limits(struct input *in)
{
	uint8_t bytes = input_byte(in), mailboxes = input_byte(in);

	model.max_bytes = bytes == 0xff ? LLONG_MAX : bytes * 97;
	model.max_mailboxes = mailboxes == 0xff ? LLONG_MAX : mailboxes % 16;
	slmbx_limits =
		(struct slmbx_limits){ .bytes = model.max_bytes, .mailboxes = model.max_mailboxes };
}

static void compare_quotas(void)
{
	for (unsigned int i = 0; i < MODEL_UIDS; i++) {
		struct quota_use use = quota_used(model_uid(i));

		if (use.bytes != model.bytes_of[i] || use.mailboxes != model.mailboxes_of[i])
			differ("uid %u holds %lld bytes, %lld mailboxes, not %lld, %lld",
			       model_uid(i), (long long)use.bytes, (long long)use.mailboxes,
			       (long long)model.bytes_of[i], (long long)model.mailboxes_of[i]);
	}
}

static void compare_shape(void)
{
	const char *fault = system_mailboxes() ? skiplist_fault(system_mailboxes()) : NULL;

	if (!system_mailboxes() == model.initialised)
		differ("there is %s system", model.initialised ? "no" : "a");
	if (fault)
		differ("%s", fault);
}

/* Many at once, or no list would ever be long. */
static void do_row(struct input *in, bool create)
{
	unsigned int first = input_byte(in), n = input_byte(in), by = 1 + input_byte(in) % 8;

	for (unsigned int i = 0; i < n; i++) {
		if (create)
			do_create((first + i * by) % MODEL_IDS, i % 2);
		else
			do_destroy((first + i * by) % MODEL_IDS);
	}
}

static void do_step(struct input *in)
{
	uint8_t what = input_byte(in);

	switch (what % 20) {
	case 0:
		return do_init(in);
	case 1:
		/* Not too often. */
		return what < 40 ? do_shutdown() : rcu_barrier();
	case 2:
	case 3:
		return do_create(input_byte(in), what % 20 == 2 ? 0 : (int8_t)input_byte(in));
	case 4:
		return do_destroy(input_byte(in));
	case 5: {
		unsigned int n = input_byte(in);

		return expect(slmbx_do_count(model_id(n)), model_count(&model, uid, n), "count", n);
	}
	case 6: {
		unsigned int n = input_byte(in);

		return expect(slmbx_do_length(model_id(n)), model_length(&model, uid, n), "length",
			      n);
	}
	case 7 ... 10:
		return do_send(in, input_byte(in));
	case 11:
	case 12:
		return do_recv(in, input_byte(in));
	case 13:
		return do_stat(in, input_byte(in));
	case 14:
		return become(input_byte(in) % MODEL_UIDS);
	case 15:
		return set_limits(in);
	case 16:
		fail_at = 1 + input_byte(in) % 5;
		return;
	case 17:
		return do_row(in, true);
	case 18:
		return do_row(in, false);
	default:
		return rcu_barrier();
	}
}

/* Every mailbox is what the model has, down to the last byte of the last message. */
static void compare_all(void)
{
	u64 mailboxes, messages, model_mailboxes = 0, model_messages = 0;

	for (unsigned int n = 0; n < MODEL_IDS; n++) {
		model_mailboxes += model.mailboxes[n].there;
		model_messages += model.mailboxes[n].there ? model.mailboxes[n].count : 0;
	}
	slmbx_system_totals(&mailboxes, &messages);
	if (mailboxes != model_mailboxes || messages != model_messages)
		differ("%llu mailboxes, %llu messages, not %llu, %llu", mailboxes, messages,
		       model_mailboxes, model_messages);
	buffer.reach = UINT_MAX;
	for (unsigned int n = 0; n < MODEL_IDS; n++) {
		if (!model.mailboxes[n].there)
			continue;
		become(model.mailboxes[n].owner);
		expect(slmbx_do_stat(model_id(n), (void *)BUFFER, sizeof(struct slmbx_stat)), 0,
		       "stat", n);
		compare_stat(n, sizeof(struct slmbx_stat));
		while (model.mailboxes[n].count)
			recv_and_compare(n, (void *)BUFFER, UINT_MAX);
	}
}

static void begin(struct input *in)
{
	model = (struct model){ .max_bytes = LLONG_MAX, .max_mailboxes = LLONG_MAX };
	model.second_admin = input_byte(in) % 2 ? 1 : MODEL_UIDS;
	slmbx_second_admin = (kuid_t)KUIDT_INIT(model.second_admin == 1 ? model_uid(1) : (uid_t)-1);
	slmbx_limits = (struct slmbx_limits){ .bytes = LLONG_MAX, .mailboxes = LLONG_MAX };
	step = 0;
	fail_at = 0;
	become(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .at = data, .end = data + size };

	if (!task.memory) {
		task.memory = &memory;
		shim_thread_begin(&task);
	}
	begin(&in);
	for (; input_left(&in); step++) {
		do_step(&in);
		compare_shape();
		compare_quotas();
	}
	fail_at = 0;
	compare_all();
	become(0);
	if (model.initialised)
		do_shutdown();
	rcu_barrier();
	if (quota_accounts())
		differ("%u accounts are left", quota_accounts());
	return 0;
}
