// SPDX-License-Identifier: MIT
/* slmbxd with many clients, with much to keep, and with clients that are killed. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "unit.h"
#include "wire.h"

#define MANY	2000

static void allow_files(rlim_t wanted)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	ck_assert_msg(!setrlimit(RLIMIT_NOFILE, &limit), "%lu open files are not allowed: %s",
		      (unsigned long)wanted, strerror(errno));
}

static void serve_round(int fds[MANY])
{
	char got[8];

	for (int i = 0; i < MANY; i++) {
		expect_result(wire_send(fds[i], 5, &i, sizeof(i)), 0);
		expect_result(wire_recv(fds[MANY - 1 - i], 5, got, sizeof(got)), sizeof(i));
		expect(!memcmp(got, &i, sizeof(i)), "client %d has another's message", i);
	}
}

/* What a daemon answers to a call of one that it may refuse at once. */
static struct slmbxd_reply count_or_refusal(int fd)
{
	struct slmbxd_request req = REQUEST(.call = SLMBX_CALL_COUNT, .id = 5);

	/* Refused before this is sent, it can't be sent. */
	send(fd, &req, sizeof(req), MSG_NOSIGNAL);
	return wire_reply(fd, NULL, 0);
}

/* All at once and all served; one more is refused until another leaves. */
START_TEST(thousands_of_clients)
{
	static int fds[MANY];
	struct daemon daemon;
	struct slmbxd_reply reply;
	int fd;

	allow_files(MANY + 100);
	daemon = daemon_start(OPTIONS("--max-connections", "2000"));
	for (int i = 0; i < MANY; i++)
		fds[i] = dial();
	expect_result(wire_init(fds[0]), 0);
	expect_result(wire_create(fds[0], 5), 0);
	serve_round(fds);

	for (int i = 0; i < 3; i++) {
		wire_expect_refused(dial(), -EUSERS);
		close(fds[i * 700]);
		/* The daemon may hear of the end after the next one's beginning. */
		for (;;) {
			fd = dial();
			reply = count_or_refusal(fd);
			if (reply.kind == SLMBXD_DONE)
				break;
			expect_result(reply.result, -EUSERS);
			close(fd);
			sleep_ms(10);
		}
		fds[i * 700] = fd;
	}
	serve_round(fds);
	daemon_stop(&daemon, 0, 1);
	for (int i = 0; i < MANY; i++)
		wire_expect_end(fds[i]);
}
END_TEST

/* Connections that come and go leave nothing behind: as many places as before. */
START_TEST(clients_come_and_go)
{
	struct daemon daemon = daemon_start(OPTIONS("--max-connections", "64"));

	for (int i = 0; i < 3000; i++) {
		int fd = dial();
		struct slmbxd_reply reply;

		if (i % 3) {
			reply = count_or_refusal(fd);
			expect(reply.result == -ENODEV || reply.result == -EUSERS, "%s",
			       result_name(reply.result));
		}
		close(fd);
	}
	daemon_stop(&daemon, 0, 0);
}
END_TEST

START_TEST(largest_messages)
{
	__u32 len = 64 << 20;
	unsigned char *msg = malloc(len), *got = malloc(len);
	struct daemon daemon = daemon_start(NO_OPTIONS);
	int fd = dial();

	fill(msg, len, 1);
	expect_result(wire_init(fd), 0);
	expect_result(wire_create(fd, 5), 0);
	for (int i = 0; i < 2; i++)
		expect_result(wire_send(fd, 5, msg, len), 0);
	for (int i = 0; i < 2; i++) {
		memset(got, 0, len);
		expect_result(wire_recv(fd, 5, got, len), len);
		ck_assert(!memcmp(msg, got, len));
	}
	/* Truncated to what the client has room for. */
	expect_result(wire_send(fd, 5, msg, len), 0);
	expect_result(wire_recv(fd, 5, got, 1000), 1000);
	expect_result(wire_count(fd, 5), 0);
	close(fd);
	daemon_stop(&daemon, 0, 1);
	free(msg);
	free(got);
}
END_TEST

static long resident_kib(pid_t pid)
{
	char path[64], line[128];
	long kib = -1;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = fopen(path, "r");
	ck_assert_ptr_nonnull(status);
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "VmRSS: %ld kB", &kib) == 1)
			break;
	fclose(status);
	return kib;
}

#define BATCH	400

/* @n messages of 64 bytes, many requests in one write. */
static void send_small(int fd, int n)
{
	static struct {
		struct slmbxd_request req;
		unsigned char body[64];
	} batch[BATCH];

	for (int i = 0; i < BATCH; i++)
		batch[i].req = REQUEST(.call = SLMBX_CALL_SEND, .id = 1 + i % 50, .arg = 64,
				       .body_len = 64);
	for (; n > 0; n -= BATCH) {
		wire_put(fd, batch, sizeof(batch));
		for (int i = 0; i < BATCH; i++)
			expect_result(wire_expect(fd, SLMBXD_DONE, NULL, 0), 0);
	}
}

static void fill_mailboxes(int fd, unsigned char *msg)
{
	expect_result(wire_init(fd), 0);
	for (int id = 1; id <= 50; id++)
		expect_result(wire_create(fd, id), 0);
	for (int i = 0; i < 100; i++)
		expect_result(wire_send(fd, 1 + i % 50, msg, 1 << 20), 0);
	send_small(fd, 800000);
}

/* What the mailboxes held goes back to the system with a shutdown call. Never with a sanitizer. */
START_TEST(memory_goes_back)
{
	unsigned char *msg = malloc(1 << 20);
	struct daemon daemon;
	long start, full, end;
	int fd;

	daemon =
		daemon_spawn(geteuid(), getenv("SLMBXD_PLAIN"), OPTIONS("--socket", daemon_socket));
	daemon_expect_ready(&daemon);
	fd = dial();
	memset(msg, 1, 1 << 20);
	expect_result(wire_count(fd, 5), -ENODEV);
	start = resident_kib(daemon.pid);
	for (int round = 0; round < 2; round++) {
		fill_mailboxes(fd, msg);
		full = resident_kib(daemon.pid);
		expect_result(wire_call(fd, REQUEST(.call = SLMBX_CALL_SHUTDOWN), NULL), 0);
		end = resident_kib(daemon.pid);
		ck_assert_msg(full > start + 150 * 1024, "%ld KiB at first, only %ld when full",
			      start, full);
		ck_assert_msg(end < start + 20 * 1024,
			      "%ld KiB at first, %ld when full, %ld at last", start, full, end);
	}
	close(fd);
	daemon_stop(&daemon, 0, 0);
	free(msg);
}
END_TEST

#define SENDERS	6

/* Of each sender: how many of its messages were acknowledged. */
static unsigned int *acknowledged;

static void send_until_killed(unsigned int sender)
{
	/* Now and then one so large that it comes in many pieces. */
	static unsigned char msg[150000];
	unsigned int head[2] = { sender };
	int fd = dial();

	for (;;) {
		__u32 len = head[1] % 7 ? 100 : sizeof(msg);

		memcpy(msg, head, sizeof(head));
		if (wire_send(fd, 5, msg, len))
			_exit(1);
		__atomic_store_n(&acknowledged[sender], ++head[1], __ATOMIC_SEQ_CST);
	}
}

static void kill_senders(uint64_t *state)
{
	pid_t pids[SENDERS];
	int status;

	for (unsigned int i = 0; i < SENDERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			send_until_killed(i);
	}
	sleep_ms(100 + random_below(state, 200));
	for (unsigned int i = 0; i < SENDERS; i++) {
		sleep_ms(random_below(state, 10));
		kill(pids[i], SIGKILL);
	}
	for (unsigned int i = 0; i < SENDERS; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_msg(WIFSIGNALED(status), "a sender failed");
	}
}

/* What was acknowledged is there, once, in order; of what was not, at most the one sent last. */
START_TEST(killed_senders)
{
	static unsigned char got[150000];
	unsigned int head[2], next[SENDERS] = {};
	struct daemon daemon = daemon_start(NO_OPTIONS);
	uint64_t state = 3 + _i;
	char text[256];
	int fd = dial();
	long len;

	acknowledged = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(acknowledged, MAP_FAILED);
	expect_result(wire_init(fd), 0);
	expect_result(wire_create(fd, 5), 0);
	kill_senders(&state);

	while ((len = wire_recv(fd, 5, got, sizeof(got))) != -ESRCH) {
		expect(len > 0, "%s", result_name(len));
		memcpy(head, got, sizeof(head));
		expect(len == (head[1] % 7 ? 100 : (long)sizeof(got)), "a message of %ld bytes",
		       len);
		expect(head[0] < SENDERS && head[1] == next[head[0]],
		       "message %u of sender %u, not %u", head[1], head[0], next[head[0]]);
		next[head[0]]++;
	}
	for (int i = 0; i < SENDERS; i++) {
		expect(acknowledged[i] > 0, "sender %d sent nothing", i);
		expect(next[i] == acknowledged[i] || next[i] == acknowledged[i] + 1,
		       "of sender %d %u messages are acknowledged and %u came", i, acknowledged[i],
		       next[i]);
	}
	munmap(acknowledged, 4096);
	close(fd);
	/* A last message of a killed sender may have come since. */
	kill(daemon.pid, SIGTERM);
	ck_assert_int_eq(daemon_wait(&daemon, text, sizeof(text)), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("load");
	TCase *tcase = daemon_case(suite, "load");

	tcase_add_test(tcase, thousands_of_clients);
	tcase_add_test(tcase, clients_come_and_go);
	tcase_add_test(tcase, largest_messages);
	tcase_add_test(tcase, memory_goes_back);
	tcase_add_loop_test(tcase, killed_senders, 0, 3);
	return unit_run(suite);
}
