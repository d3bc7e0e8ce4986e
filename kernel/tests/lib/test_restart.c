// SPDX-License-Identifier: MIT
/*
 * The daemon goes and comes between calls.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "support.h"

#define ID 9

static unsigned char buffer[100000];
static struct slmbx_stat st;

static long call_init(void)
{
	return slmbx_init(16, 4);
}
static long call_shutdown(void)
{
	return slmbx_shutdown();
}
static long call_create(void)
{
	return slmbx_create(ID, 0);
}
static long call_destroy(void)
{
	return slmbx_destroy(ID);
}
static long call_count(void)
{
	return slmbx_count(ID);
}
static long call_send(void)
{
	return slmbx_send(ID, buffer, 10);
}
static long call_send_large(void)
{
	return slmbx_send(ID, buffer, sizeof(buffer));
}
static long call_send_fault(void)
{
	return slmbx_send(ID, NULL, 10);
}
static long call_recv(void)
{
	return slmbx_recv(ID, buffer, 10);
}
static long call_recv_large(void)
{
	return slmbx_recv(ID, buffer, sizeof(buffer));
}
static long call_length(void)
{
	return slmbx_length(ID);
}
static long call_stat(void)
{
	return slmbx_stat(ID, &st, sizeof(st));
}
static long sendv(uint32_t len)
{
	struct slmbx_sendv_msg msg = { .data = (uintptr_t)buffer, .len = len };
	struct slmbx_sendv args = { .messages = (uintptr_t)&msg, .count = 1, .id = ID };

	return slmbx_sendv(&args, sizeof(args));
}
static long call_sendv(void)
{
	return sendv(10);
}
static long call_sendv_large(void)
{
	return sendv(sizeof(buffer));
}
static long recvv(uint64_t deadline)
{
	struct slmbx_recvv_msg msg;
	struct slmbx_recvv args = { .messages = (uintptr_t)&msg,
				    .buf = (uintptr_t)buffer,
				    .size = sizeof(buffer),
				    .deadline = deadline,
				    .count = 1,
				    .id = ID };

	return slmbx_recvv(&args, sizeof(args));
}
static long call_recvv(void)
{
	return recvv(0);
}
static long call_recvv_wait(void)
{
	return recvv(SLMBX_FOREVER);
}
static long call_settle(void)
{
	struct slmbx_settle_item item = { .action = SLMBX_SETTLE_ACK };
	struct slmbx_settle args = { .items = (uintptr_t)&item, .count = 1, .id = ID };

	return slmbx_settle(&args, sizeof(args));
}
static long call_list(void)
{
	uint32_t id;
	struct slmbx_list args = { .ids = (uintptr_t)&id, .count = 1 };

	return slmbx_list(&args, sizeof(args));
}
static long call_setattr(void)
{
	struct slmbx_setattr args = { .id = ID };

	return slmbx_setattr(&args, sizeof(args));
}
static long call_purge(void)
{
	return slmbx_purge(ID);
}

static const struct {
	long (*call)(void);
	long after_restart;
} calls[] = {
	{ call_init, 0 },
	{ call_shutdown, -ENODEV },
	{ call_create, -ENODEV },
	{ call_destroy, -ENODEV },
	{ call_count, -ENODEV },
	{ call_send, -ENODEV },
	{ call_send_large, -ENODEV },
	{ call_send_fault, -ENODEV },
	{ call_recv, -ENODEV },
	{ call_recv_large, -ENODEV },
	{ call_length, -ENODEV },
	{ call_stat, -ENODEV },
	{ call_sendv, -ENODEV },
	{ call_sendv_large, -ENODEV },
	{ call_recvv, -ENODEV },
	{ call_recvv_wait, -ENODEV },
	{ call_settle, -ENODEV },
	{ call_list, -ENODEV },
	{ call_setattr, -ENODEV },
	{ call_purge, -ENODEV },
};

#define CALLS ((int)(sizeof(calls) / sizeof(*calls)))

static void restart(int sig)
{
	daemon_stop(sig);
	daemon_start(test_socket, NULL);
}

START_TEST(restarted)
{
	static const int signals[] = { SIGTERM, SIGKILL };

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(slmbx_create(ID, 0), 0);
		ck_assert_int_eq(slmbx_send(ID, buffer, sizeof(buffer)), 0);
		restart(signals[i]);
		ck_assert_int_eq(calls[_i].call(), calls[_i].after_restart);
		ck_assert_int_eq(slmbx_init(16, 4), calls[_i].call == call_init ? -EEXIST : 0);
		ck_assert_int_eq(slmbx_count(ID), -ENOENT);
		expect_library_fds();
	}
}
END_TEST

START_TEST(gone)
{
	static const int signals[] = { SIGTERM, SIGKILL };

	for (int i = 0; i < 2; i++) {
		double start;

		ck_assert_int_eq(slmbx_create(ID, 0), 0);
		daemon_stop(signals[i]);
		start = now();
		ck_assert_int_eq(calls[_i].call(), -ECONNREFUSED);
		ck_assert_int_eq(calls[_i].call(), -ECONNREFUSED);
		ck_assert_ptr_null(slmbx_engine());
		ck_assert_double_lt(now() - start, 5);
		ck_assert_uint_eq(count_fds(true), 0);
		daemon_start(test_socket, NULL);
		ck_assert_int_eq(slmbx_init(16, 4), 0);
	}
}
END_TEST

static atomic_bool stop;

/* Whatever the daemon does, a call ends, and says nothing but what the pages name. */
static void *call_on(void *arg)
{
	unsigned char message[70000], *in = malloc(sizeof(message));
	unsigned int i = 0;
	long ret;

	fill(message, sizeof(message), 1);
	while (!stop) {
		unsigned int len = i++ % 3 ? 100 : sizeof(message);

		slmbx_create(ID, 0);
		ret = slmbx_send(ID, message, len);
		ck_assert_msg(!ret || ret == -ENODEV || ret == -ENOENT || ret == -ECONNREFUSED ||
				      ret == -EPROTO,
			      "send: %ld", ret);
		ret = slmbx_recv(ID, in, sizeof(message));
		ck_assert_msg(ret > 0 || ret == -ENODEV || ret == -ENOENT || ret == -ESRCH ||
				      ret == -ECONNREFUSED || ret == -EPROTO,
			      "recv: %ld", ret);
		if (ret > 0)
			ck_assert(is_filled(in, (size_t)ret, 1));
	}
	free(in);
	return NULL;
}

START_TEST(restarted_in_calls)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, call_on, NULL), 0);
	for (int i = 0; i < 20; i++) {
		sleep_ms(20);
		restart(i & 1 ? SIGTERM : SIGKILL);
		slmbx_init(16, 4);
	}
	stop = true;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	expect_library_fds();
}
END_TEST

/* Descriptors closed by a program that did not open them. */
START_TEST(closed_behind_our_back)
{
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(close(library_fd()), 0);
		ck_assert_int_eq(slmbx_send(ID, buffer, 10), 0);
		ck_assert_int_eq(slmbx_count(ID), i + 1);
	}
}
END_TEST

/* And their number taken by a file: it stays open, and as it was. */
START_TEST(number_taken_by_file)
{
	char path[128];
	FILE *file;
	int fd;

	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	snprintf(path, sizeof(path), "%s/file", test_dir);
	file = fopen(path, "w+");
	ck_assert_ptr_nonnull(file);
	for (int i = 0; i < 10; i++) {
		fd = library_fd();
		ck_assert_int_eq(dup2(fileno(file), fd), fd);
		ck_assert_int_eq(slmbx_send(ID, buffer, 10), 0);
		ck_assert_int_eq(slmbx_count(ID), i + 1);
		ck_assert_int_eq(lseek(fd, 0, SEEK_END), 0);
		ck_assert_int_eq(close(fd), 0);
	}
	fclose(file);
}
END_TEST

/* A child that closed everything before its first call, and opened something else there. */
START_TEST(daemonized_child)
{
	int ends[2], fd = library_fd();
	pid_t child;
	char byte;

	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	child = fork();
	if (!child) {
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		ck_assert_int_eq(dup2(ends[0], fd), fd);
		ck_assert_int_eq(slmbx_count(ID), 0);
		/* Open still, and nothing came through. */
		ck_assert_int_eq(recv(ends[1], &byte, 1, MSG_DONTWAIT), -1);
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert_int_eq(send(fd, "x", 1, MSG_NOSIGNAL), 1);
		ck_assert_int_eq(recv(ends[1], &byte, 1, MSG_DONTWAIT), 1);
		_exit(0);
	}
	wait_child(child);
	ck_assert_int_eq(slmbx_count(ID), 0);
}
END_TEST

Suite *restart_suite(void)
{
	Suite *s = suite_create("restart");
	TCase *tc = engine_case("restart");

	tcase_add_loop_test(tc, restarted, 0, CALLS);
	tcase_add_loop_test(tc, gone, 0, CALLS);
	tcase_add_test(tc, restarted_in_calls);
	tcase_add_test(tc, closed_behind_our_back);
	tcase_add_test(tc, number_taken_by_file);
	tcase_add_test(tc, daemonized_child);
	suite_add_tcase(s, tc);
	return s;
}
