// SPDX-License-Identifier: MIT
/*
 * What the syscall engine hands to the kernel and takes from it, on a machine whose
 * kernel has no such calls: a thread of this process answers for it, by way of
 * seccomp_unotify(2).
 */
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "support.h"

#define ID 5
#define LOG_MAX 16

/* One time that the kernel was entered. */
struct entry {
	unsigned int nr;
	uint64_t arg[3];
	uid_t fsuid;
};

/**
 * struct - the kernel that is played
 * @lock: guards the rest
 * @result: what it answers
 * @n: times it was entered
 * @log: the first of them
 */
static struct {
	pthread_mutex_t lock;
	long result;
	unsigned int n;
	struct entry log[LOG_MAX];
} played = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const long results[] = { 0, 1, INT_MAX, LONG_MAX, -EPERM, -ENOENT, -EFAULT, -4095 };

#define RESULTS ((int)(sizeof(results) / sizeof(*results)))

/* Of a thread that waits in the kernel. */
static uid_t fsuid_of(uint32_t tid)
{
	unsigned int fsuid = (unsigned int)-1;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/status", tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Uid: %*u %*u %*u %u", &fsuid) == 1)
			break;
	if (file)
		fclose(file);
	return fsuid;
}

static long play(const struct seccomp_notif *request)
{
	struct entry entry = {
		.nr = (unsigned int)request->data.nr,
		.fsuid = fsuid_of(request->pid),
	};
	long result;

	memcpy(entry.arg, request->data.args, sizeof(entry.arg));
	pthread_mutex_lock(&played.lock);
	if (played.n < LOG_MAX)
		played.log[played.n] = entry;
	played.n++;
	result = played.result;
	pthread_mutex_unlock(&played.lock);
	return result;
}

static void *answer(void *arg)
{
	int listener = (int)(intptr_t)arg;

	for (;;) {
		struct seccomp_notif_resp response = { 0 };
		struct seccomp_notif request = { 0 };
		long result;

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request))
			continue;
		result = play(&request);
		response.id = request.id;
		response.error = result < 0 ? (int)result : 0;
		response.val = result < 0 ? 0 : result;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	}
	return NULL;
}

/* The filter's descriptor. This thread's calls wait for an answer from now on. */
static int listen_for_calls(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SLMBX_SYSCALL(SLMBX_CALL_INIT), 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 619, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(*code), .filter = code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program);
}

static void set_result(long result)
{
	pthread_mutex_lock(&played.lock);
	played.result = result;
	played.n = 0;
	pthread_mutex_unlock(&played.lock);
}

static void syscall_setup(void)
{
	pthread_t thread;
	int listener;

	directory_setup();
	set_result(-ENODEV);
	listener = listen_for_calls();
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, answer, (void *)(intptr_t)listener), 0);
	setenv("SLMBX_ENGINE", "syscall", 1);
	ck_assert_str_eq(slmbx_engine(), "syscall");
}

/* Fails unless the kernel was entered @n times; the log may be read until the next. */
static void expect_entries(unsigned int n)
{
	unsigned int entered;

	pthread_mutex_lock(&played.lock);
	entered = played.n;
	pthread_mutex_unlock(&played.lock);
	ck_assert_uint_eq(entered, n);
}

/* @ret is of the call made last: it entered once, so, and the kernel's answer came back. */
static void expect_entry(long ret, unsigned int call, uint64_t a, uint64_t b, uint64_t c)
{
	const struct entry *entry = played.log;
	uid_t as = slmbx_act_as(SLMBX_SELF);

	slmbx_act_as(as);
	ck_assert_int_eq(errno, ERANGE);
	expect_entries(1);
	ck_assert_int_eq(ret, played.result);
	ck_assert_uint_eq(entry->nr, SLMBX_SYSCALL(call));
	ck_assert_uint_eq(entry->arg[0], a);
	ck_assert_uint_eq(entry->arg[1], b);
	ck_assert_uint_eq(entry->arg[2], c);
	ck_assert_uint_eq(entry->fsuid, as == SLMBX_SELF ? geteuid() : as);
	ck_assert_uint_eq((uid_t)setfsuid((uid_t)-1), geteuid());
	set_result(ret);
}

static void expect_each_call(void)
{
	unsigned char byte = 'x';
	struct slmbx_stat st;
	void *args = &st;

	expect_entry(slmbx_init(3, UINT_MAX), SLMBX_CALL_INIT, 3, UINT_MAX, 0);
	expect_entry(slmbx_shutdown(), SLMBX_CALL_SHUTDOWN, 0, 0, 0);
	expect_entry(slmbx_create(ID, -1), SLMBX_CALL_CREATE, ID, UINT_MAX, 0);
	expect_entry(slmbx_destroy(UINT_MAX), SLMBX_CALL_DESTROY, UINT_MAX, 0, 0);
	expect_entry(slmbx_count(ID), SLMBX_CALL_COUNT, ID, 0, 0);
	expect_entry(slmbx_length(ID), SLMBX_CALL_LENGTH, ID, 0, 0);
	expect_entry(slmbx_send(ID, &byte, 1), SLMBX_CALL_SEND, ID, (uintptr_t)&byte, 1);
	expect_entry(slmbx_send(ID, NULL, UINT_MAX), SLMBX_CALL_SEND, ID, 0, UINT_MAX);
	expect_entry(slmbx_recv(ID, &byte, 1), SLMBX_CALL_RECV, ID, (uintptr_t)&byte, 1);
	expect_entry(slmbx_stat(ID, &st, SIZE_MAX), SLMBX_CALL_STAT, ID, (uintptr_t)&st, SIZE_MAX);
	ck_assert_int_eq(byte, 'x');
	expect_entry(slmbx_sendv(args, 24), SLMBX_CALL_SENDV, (uintptr_t)args, 24, 0);
	expect_entry(slmbx_recvv(args, SIZE_MAX), SLMBX_CALL_RECVV, (uintptr_t)args, SIZE_MAX, 0);
	expect_entry(slmbx_settle(args, 0), SLMBX_CALL_SETTLE, (uintptr_t)args, 0, 0);
	expect_entry(slmbx_list(NULL, 24), SLMBX_CALL_LIST, 0, 24, 0);
	expect_entry(slmbx_setattr(args, 40), SLMBX_CALL_SETATTR, (uintptr_t)args, 40, 0);
	expect_entry(slmbx_purge(ID), SLMBX_CALL_PURGE, ID, 0, 0);
}

START_TEST(each_call)
{
	set_result(results[_i]);
	errno = ERANGE;
	expect_each_call();
}
END_TEST

START_TEST(each_call_for_another)
{
	set_result(results[_i]);
	errno = ERANGE;
	slmbx_act_as(UID_OTHER);
	if (is_root()) {
		expect_each_call();
	} else {
		ck_assert_int_eq(slmbx_count(ID), -EACCES);
		ck_assert_int_eq(errno, ERANGE);
		expect_entries(0);
	}
	slmbx_act_as(SLMBX_SELF);
	expect_each_call();
}
END_TEST

START_TEST(many)
{
	unsigned char byte[LOG_MAX];
	struct slmbx_outgoing out[LOG_MAX];
	const struct entry *entry = played.log;

	for (unsigned int i = 0; i < LOG_MAX; i++)
		out[i] = (struct slmbx_outgoing){
			.id = ID + i, .len = i, .msg = byte + i, .result = 1000
		};
	set_result(results[_i]);
	errno = ERANGE;
	slmbx_send_many(out, 0);
	expect_entries(0);
	slmbx_send_many(out, LOG_MAX);
	ck_assert_int_eq(errno, ERANGE);
	expect_entries(LOG_MAX);
	for (unsigned int i = 0; i < LOG_MAX; i++, entry++) {
		ck_assert_int_eq(out[i].result, results[_i]);
		ck_assert_uint_eq(entry->nr, SLMBX_SYSCALL(SLMBX_CALL_SEND));
		ck_assert_uint_eq(entry->arg[0], ID + i);
		ck_assert_uint_eq(entry->arg[1], (uintptr_t)(byte + i));
		ck_assert_uint_eq(entry->arg[2], i);
	}
}
END_TEST

/* A thread that acts for nobody, beside one that does. */
static void *count(void *result)
{
	*(long *)result = slmbx_count(ID);
	return NULL;
}

START_TEST(threads_act_apart)
{
	pthread_t thread;
	long result = 0;

	set_result(7);
	slmbx_act_as(UID_NOBODY);
	ck_assert_int_eq(pthread_create(&thread, NULL, count, &result), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(result, 7);
	expect_entries(1);
	ck_assert_uint_eq(played.log[0].fsuid, geteuid());
}
END_TEST

Suite *syscall_suite(void)
{
	Suite *s = suite_create("syscall");
	TCase *tc = tcase_create("syscall");

	tcase_add_checked_fixture(tc, syscall_setup, directory_teardown);
	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_loop_test(tc, each_call, 0, RESULTS);
	tcase_add_loop_test(tc, each_call_for_another, 0, RESULTS);
	tcase_add_loop_test(tc, many, 0, RESULTS);
	tcase_add_test(tc, threads_act_apart);
	suite_add_tcase(s, tc);
	return s;
}
