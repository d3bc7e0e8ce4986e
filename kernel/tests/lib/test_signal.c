// SPDX-License-Identifier: MIT
/*
 * Signals by the thousand, whose handlers don't restart system calls: no call says EINTR.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

#define ID 4

static volatile sig_atomic_t alarms, children;

static void on_alarm(int sig)
{
	alarms++;
}

static void on_child(int sig)
{
	int saved_errno = errno;

	while (waitpid(-1, NULL, WNOHANG) > 0)
		children++;
	errno = saved_errno;
}

static void handle(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	ck_assert_int_eq(sigaction(sig, &action, NULL), 0);
}

static void alarm_every(unsigned int us)
{
	struct itimerval timer = { .it_interval.tv_usec = us, .it_value.tv_usec = us };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void round_trip(unsigned char *out, unsigned char *in, size_t len)
{
	ck_assert_int_eq(slmbx_send(ID, out, (unsigned int)len), 0);
	ck_assert_int_eq(slmbx_count(ID), 1);
	ck_assert_int_eq(slmbx_length(ID), (long)len);
	memset(in, 0, len);
	ck_assert_int_eq(slmbx_recv(ID, in, (unsigned int)len), (long)len);
	ck_assert(!memcmp(in, out, len));
}

START_TEST(alarms_in_calls)
{
	static const size_t lens[] = { 1, 1000, 65536, 65537, 1 << 20, 8 << 20 };
	size_t len = lens[_i];
	unsigned char *out = malloc(len), *in = malloc(len);
	double end = now() + 1;

	fill(out, len, 1);
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	handle(SIGALRM, on_alarm);
	alarm_every(100);
	while (now() < end)
		round_trip(out, in, len);
	alarm_every(0);
	ck_assert_int_gt(alarms, 10);
	free(out);
	free(in);
}
END_TEST

/* The connection is made anew at each call, among alarms. */
START_TEST(alarms_in_connects)
{
	double end = now() + 1;

	if (!is_root())
		skip_test("needs uid 0");
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	handle(SIGALRM, on_alarm);
	alarm_every(100);
	while (now() < end) {
		ck_assert_int_eq(slmbx_count(ID), 0);
		ck_assert_int_eq(seteuid(geteuid() ? 0 : UID_NOBODY), 0);
	}
	alarm_every(0);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_gt(alarms, 10);
}
END_TEST

START_TEST(children_that_end)
{
	unsigned char out[100], in[100];
	sigset_t child, before;
	double end = now() + 1;

	fill(out, sizeof(out), 1);
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	handle(SIGCHLD, on_child);
	while (now() < end) {
		for (int i = 0; i < 8; i++) {
			pid_t pid = fork();

			ck_assert_int_ge(pid, 0);
			if (!pid)
				_exit(0);
		}
		for (int i = 0; i < 100; i++)
			round_trip(out, in, sizeof(out));
	}
	ck_assert_int_gt(children, 10);

	/* The daemon is a child too, and its end is asked for by the fixture. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
END_TEST

static sigjmp_buf out_of_call;

static void leave(int sig)
{
	siglongjmp(out_of_call, 1);
}

static pthread_t caller;

static void first_never_answered(int listener)
{
	int fd = peer_accept(listener), next;

	peer_request(fd);
	ck_assert_int_eq(pthread_kill(caller, SIGALRM), 0);
	next = peer_accept(listener);
	peer_expect_end(fd);
	ck_assert_uint_eq(peer_request(next).id, 2);
	peer_reply(next, SLMBXD_DONE, 22, NULL, 0);
	peer_expect_end(next);
}

/* A call left by a jump: its answer must not become the next call's. */
START_TEST(jump_out_of_call)
{
	sigset_t set;

#ifdef __SANITIZE_THREAD__
	skip_test("TSan holds signals back until the call ends");
#endif
	caller = pthread_self();
	peer_start(first_never_answered);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	handle(SIGALRM, leave);
	if (!sigsetjmp(out_of_call, 1)) {
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
		slmbx_count(1);
		ck_abort_msg("the call ended");
	}
	ck_assert_int_eq(slmbx_count(2), 22);
	close(library_fd());
	peer_end();
}
END_TEST

#define MANY	10

static atomic_int fillers;

/* Once the one that waits has been interrupted often enough. */
static void let_in_late(int listener)
{
	int fd;

	while (alarms <= MANY)
		sleep_ms(10);
	for (int i = 0; i < fillers; i++)
		close(peer_accept(listener));
	fd = peer_accept(listener);
	peer_request(fd);
	peer_reply(fd, SLMBXD_DONE, 11, NULL, 0);
}

/* Connections that nobody accepts yet, until one more would have to wait. */
static void fill_backlog(int *fds, int max)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	strcpy(addr.sun_path, test_socket);
	while (fillers < max) {
		fds[fillers] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fds[fillers], (struct sockaddr *)&addr, sizeof(addr)))
			break;
		fillers++;
	}
	ck_assert_int_lt(fillers, max);
	ck_assert_int_eq(errno, EAGAIN);
}

START_TEST(alarms_while_connecting)
{
	int fds[100];
	sigset_t set;

	peer_start(let_in_late);
	fill_backlog(fds, 100);
	handle(SIGALRM, on_alarm);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	alarm_every(1000);
	ck_assert_int_eq(slmbx_count(1), 11);
	alarm_every(0);
	ck_assert_int_gt(alarms, MANY);
	peer_end();
}
END_TEST

/* The handler is for the thread that makes the call, not for the peer's. */
static void block_alarm(void)
{
	sigset_t set;

	directory_setup();
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

Suite *signal_suite(void)
{
	Suite *s = suite_create("signal");
	TCase *tc = engine_case("signal");

	tcase_add_loop_test(tc, alarms_in_calls, 0, 6);
	tcase_add_test(tc, alarms_in_connects);
	tcase_add_test(tc, children_that_end);
	suite_add_tcase(s, tc);
	if (!on_daemon())
		return s;

	tc = tcase_create("peer");
	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, block_alarm, directory_teardown);
	tcase_add_test(tc, jump_out_of_call);
	tcase_add_test(tc, alarms_while_connecting);
	suite_add_tcase(s, tc);
	return s;
}
