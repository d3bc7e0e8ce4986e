// SPDX-License-Identifier: MIT
/* How slmbxd starts, what it refuses to start with, and how it ends. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "unit.h"
#include "wire.h"

/* It says one sentence, for people, ends with 1 and leaves no socket. */
static void expect_sentence(const char *text, int code)
{
	ck_assert_msg(code == 1, "exit code %d, and it says: %s", code, text);
	ck_assert_msg(!strncmp(text, "slmbxd: ", 8), "it says: %s", text);
	ck_assert_msg(strchr(text, '\n') && !strchr(text, '\n')[1], "not one line: %s", text);
}

static void expect_refusal(uid_t uid, const char *const *options, const char *word)
{
	char text[4096];
	int code = daemon_run(uid, options, text, sizeof(text));

	expect_sentence(text, code);
	ck_assert_msg(strstr(text, word), "it doesn't say \"%s\": %s", word, text);
}

#define refuses(word, ...) expect_refusal(geteuid(), OPTIONS(__VA_ARGS__), word)

START_TEST(stops_with_counts)
{
	int signals[] = { SIGTERM, SIGINT };
	struct daemon daemon = daemon_start(NO_OPTIONS);
	int fd = dial();

	expect_result(wire_init(fd), 0);
	for (int id = 1; id <= 20; id++) {
		expect_result(wire_create(fd, id), 0);
		for (int i = 0; i < id; i++)
			expect_result(wire_send(fd, id, "message", 7), 0);
	}
	daemon_stop(&daemon, 210, 20);
	wire_expect_end(fd);

	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++) {
		char text[256];

		daemon = daemon_start(NO_OPTIONS);
		kill(daemon.pid, signals[i]);
		ck_assert_int_eq(daemon_wait(&daemon, text, sizeof(text)), 0);
		ck_assert_str_eq(text, "slmbxd: stopped; dropped 0 messages in 0 mailboxes\n");
	}
}
END_TEST

/* Something has come on one of @fds, and is left there. */
static void await_one(const int *fds, size_t n)
{
	char byte;

	for (;;) {
		for (size_t i = 0; i < n; i++)
			if (recv(fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
				return;
		sleep_ms(10);
	}
}

/* Idle clients, one with half a frame, one in the middle of a body, some that read nothing. */
START_TEST(stops_whatever_clients_do)
{
	struct daemon daemon = daemon_start(NO_OPTIONS);
	struct slmbxd_request send_req = REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 4 << 20);
	unsigned char *msg = calloc(1, send_req.arg);
	int idle = dial(), half = dial(), body = dial(), deaf[4];
	uint64_t since;

	expect_result(wire_init(idle), 0);
	expect_result(wire_create(idle, 5), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(deaf); i++)
		expect_result(wire_send(idle, 5, msg, send_req.arg), 0);
	wire_put(half, &send_req, 20);
	wire_request(body, send_req, NULL);
	wire_expect(body, SLMBXD_GO_AHEAD, NULL, 0);
	wire_put(body, msg, 100);
	for (size_t i = 0; i < ARRAY_LENGTH(deaf); i++) {
		deaf[i] = dial();
		wire_request(deaf[i],
			     REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = send_req.arg,
				     .room = send_req.arg),
			     NULL);
	}
	/* One has begun to receive, and the others wait behind it. */
	await_one(deaf, ARRAY_LENGTH(deaf));
	since = now_ms();
	daemon_stop(&daemon, ARRAY_LENGTH(deaf), 1);
	ck_assert_uint_lt(now_ms() - since, 20000);
	wire_expect_end(idle);
	wire_expect_end(half);
	wire_expect_end(body);
	free(msg);
}
END_TEST

START_TEST(second_daemon)
{
	struct daemon daemon = daemon_start(NO_OPTIONS);
	char pid[32];
	int fd;

	snprintf(pid, sizeof(pid), "pid %d)", daemon.pid);
	refuses(pid, "--socket", daemon_socket);
	/* And the first one goes on. */
	fd = dial();
	expect_result(wire_init(fd), 0);
	close(fd);
	daemon_stop(&daemon, 0, 0);
	daemon = daemon_start(NO_OPTIONS);
	daemon_stop(&daemon, 0, 0);
}
END_TEST

/* What a killed one leaves is no obstacle. */
START_TEST(stale_socket)
{
	struct daemon daemon = daemon_start(NO_OPTIONS);
	char text[256];
	int status;

	kill(daemon.pid, SIGKILL);
	status = daemon_wait(&daemon, text, sizeof(text));
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(access(daemon_socket, F_OK), 0);
	daemon = daemon_start(NO_OPTIONS);
	close(dial());
	daemon_stop(&daemon, 0, 0);
}
END_TEST

/* Many at once where a stale socket is: one serves, the others say so. */
START_TEST(one_of_many_wins)
{
	struct daemon first = daemon_start(NO_OPTIONS), rivals[6];
	const char *const options[] = { "--socket", daemon_socket, NULL };
	unsigned int losers = 0;
	char text[512];
	pid_t loser;
	int fd, status;

	kill(first.pid, SIGKILL);
	daemon_wait(&first, text, sizeof(text));
	for (size_t i = 0; i < ARRAY_LENGTH(rivals); i++)
		rivals[i] = daemon_spawn(geteuid(), getenv("SLMBXD"), options);
	for (; losers < ARRAY_LENGTH(rivals) - 1; losers++) {
		loser = waitpid(-1, &status, 0);
		ck_assert_int_gt(loser, 0);
		ck_assert_int_eq(WEXITSTATUS(status), 1);
		for (size_t i = 0; i < ARRAY_LENGTH(rivals); i++)
			if (rivals[i].pid == loser)
				rivals[i].pid = 0;
	}
	/* They may be gone before the winner listens. */
	while ((fd = try_dial()) < 0)
		sleep_ms(10);
	expect_result(wire_init(fd), 0);
	close(fd);
	for (size_t i = 0; i < ARRAY_LENGTH(rivals); i++) {
		if (!rivals[i].pid)
			continue;
		kill(rivals[i].pid, SIGTERM);
		ck_assert_int_eq(daemon_wait(&rivals[i], text, sizeof(text)), 0);
	}
}
END_TEST

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/* What is no socket is somebody's. */
START_TEST(other_file_at_the_path)
{
	char text[32] = {};
	struct stat st;
	FILE *file;

	write_file(daemon_socket, "precious");
	refuses("not a socket", "--socket", daemon_socket);
	file = fopen(daemon_socket, "r");
	ck_assert_uint_eq(fread(text, 1, sizeof(text) - 1, file), 8);
	ck_assert_str_eq(text, "precious");
	fclose(file);
	ck_assert_int_eq(unlink(daemon_socket), 0);

	ck_assert_int_eq(mkdir(daemon_socket, 0755), 0);
	refuses("not a socket", "--socket", daemon_socket);
	ck_assert_int_eq(rmdir(daemon_socket), 0);

	ck_assert_int_eq(symlink("elsewhere", daemon_socket), 0);
	refuses("not a socket", "--socket", daemon_socket);
	ck_assert_int_eq(lstat(daemon_socket, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
}
END_TEST

START_TEST(bad_options)
{
	static const char *const bad[][4] = {
		{ "--frobnicate" },
		{ "-x" },
		{ "-xs" },
		{ "--max" },
		{ "--help=yes" },
		{ "somewhere" },
		{ "--socket" },
		{ "-s" },
		{ "--socket", "" },
		{ "--mode", "" },
		{ "--mode", "8" },
		{ "--mode", "1000" },
		{ "--mode", "-1" },
		{ "--mode", "rw" },
		{ "--max-connections", "0" },
		{ "--max-connections", "1000001" },
		{ "--max-connections", "10x" },
		{ "--max-connections", " 10" },
		{ "--max-connections", "+10" },
		{ "--max-connections", "1.5" },
		{ "--max-connections", "99999999999999999999" },
		{ "--frame-timeout", "0" },
		{ "--frame-timeout", "86401" },
		{ "--frame-timeout", "-5" },
		{ "--max-bytes-per-uid", "-1" },
		{ "--max-bytes-per-uid", "9223372036854775808" },
		{ "--max-mailboxes-per-uid", "many" },
		{ "--max-mailboxes-per-uid" },
	};
	char text[4096];
	int code;

	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		const char *const *words = bad[i];
		/* Behind a good one, too. */
		const char *const more[] = { "--socket", daemon_socket, words[0], words[1], NULL };

		code = daemon_run(geteuid(), words, text, sizeof(text));
		expect_sentence(text, code);
		ck_assert_msg(strstr(text, "see slmbxd --help"), "no advice: %s", text);
		code = daemon_run(geteuid(), more, text, sizeof(text));
		expect_sentence(text, code);
		ck_assert_int_ne(access(daemon_socket, F_OK), 0);
	}
}
END_TEST

START_TEST(paths_of_all_lengths)
{
	struct daemon daemon;
	char path[200];
	int dir_len = strlen(daemon_dir);

	/* 107 bytes fit a socket's address. */
	for (int len = 106; len <= 110; len++) {
		snprintf(path, sizeof(path), "%s/%0*d", daemon_dir, len - dir_len - 1, 0);
		ck_assert_uint_eq(strlen(path), len);
		strcpy(daemon_socket, path);
		if (len > 107) {
			refuses("107 at most", "--socket", path);
			ck_assert_int_ne(access(path, F_OK), 0);
			continue;
		}
		daemon = daemon_start(NO_OPTIONS);
		close(dial());
		daemon_stop(&daemon, 0, 0);
	}
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	refuses("107 at most", "--socket", path);
}
END_TEST

START_TEST(unusable_directories)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/missing/slmbxd.sock", daemon_dir);
	refuses("No such file or directory", "--socket", path);
	snprintf(path, sizeof(path), "%s/file", daemon_dir);
	write_file(path, "");
	strcat(path, "/slmbxd.sock");
	refuses("Not a directory", "--socket", path);
}
END_TEST

/* The same as somebody who may not write there. */
START_TEST(unwritable_directories)
{
	char text[4096], dir[80], path[96];
	int code;

	expect_refusal(UID_NOBODY, OPTIONS("--socket", daemon_socket), "Permission denied");
	ck_assert_int_ne(access(daemon_socket, F_OK), 0);

	snprintf(dir, sizeof(dir), "%s/below", daemon_dir);
	setenv("SLMBX_RUNTIME_DIR", dir, 1);
	expect_refusal(UID_NOBODY, NO_OPTIONS, "Permission denied");
	ck_assert_int_ne(access(dir, F_OK), 0);

	/* Nobody may take away what is another's in a directory like /tmp. */
	snprintf(dir, sizeof(dir), "%s/sticky", daemon_dir);
	ck_assert_int_eq(mkdir(dir, 0), 0);
	ck_assert_int_eq(chmod(dir, 01777), 0);
	snprintf(path, sizeof(path), "%s/s", dir);
	ck_assert_int_eq(mknod(path, S_IFSOCK | 0666, 0), 0);
	code = daemon_run(UID_NOBODY, OPTIONS("--socket", path), text, sizeof(text));
	expect_sentence(text, code);
	ck_assert_msg(strstr(text, "stale socket") && strstr(text, "not permitted"), "%s", text);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

/* Where it goes by itself: directories are made, but not for a path that no socket can have. */
START_TEST(runtime_directory)
{
	char dir[80], long_dir[300];
	struct daemon daemon;
	struct stat st;
	char text[4096];
	int code;

	snprintf(dir, sizeof(dir), "%s/a/b", daemon_dir);
	setenv("SLMBX_RUNTIME_DIR", dir, 1);
	snprintf(daemon_socket, sizeof(daemon_socket), "%s/slmbxd.sock", dir);
	daemon = daemon_spawn(geteuid(), getenv("SLMBXD"), NO_OPTIONS);
	daemon_expect_ready(&daemon);
	close(dial());
	ck_assert_int_eq(stat(dir, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, geteuid() ? 0700 : 0755);
	daemon_stop(&daemon, 0, 0);

	snprintf(dir, sizeof(dir), "%s/long", daemon_dir);
	snprintf(long_dir, sizeof(long_dir), "%s/%0*d", dir, 100, 0);
	setenv("SLMBX_RUNTIME_DIR", long_dir, 1);
	code = daemon_run(geteuid(), NO_OPTIONS, text, sizeof(text));
	expect_sentence(text, code);
	ck_assert_int_ne(access(dir, F_OK), 0);
}
END_TEST

START_TEST(no_directory_at_all)
{
	char text[4096];
	int code;

	unsetenv("SLMBX_RUNTIME_DIR");
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("HOME");
	code = daemon_run(UID_NOBODY, NO_OPTIONS, text, sizeof(text));
	expect_sentence(text, code);
	ck_assert_msg(strstr(text, "--socket PATH"), "%s", text);
}
END_TEST

START_TEST(modes)
{
	static const char *const words[] = { "0600", "666", "0", "777" };
	struct daemon daemon;
	struct stat st;

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		daemon = daemon_start(OPTIONS("--mode", words[i]));
		ck_assert_int_eq(stat(daemon_socket, &st), 0);
		ck_assert_int_eq(st.st_mode & 07777, strtol(words[i], NULL, 8));
		daemon_stop(&daemon, 0, 0);
	}
	daemon = daemon_start(NO_OPTIONS);
	ck_assert_int_eq(stat(daemon_socket, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, geteuid() ? 0600 : 0666);
	daemon_stop(&daemon, 0, 0);
}
END_TEST

/* Limits by option hold, and are what quotas are about. */
START_TEST(limits)
{
	struct daemon daemon = daemon_start(
		OPTIONS("--max-bytes-per-uid", "100000", "--max-mailboxes-per-uid", "3"));
	unsigned char *msg = calloc(1, 100000);
	int fd = dial();

	expect_result(wire_init(fd), 0);
	for (int id = 1; id <= 3; id++)
		expect_result(wire_create(fd, id), 0);
	expect_result(wire_create(fd, 4), -EDQUOT);
	expect_result(wire_send(fd, 1, msg, 100000), -EDQUOT);
	expect_result(wire_send(fd, 1, msg, 60000), 0);
	expect_result(wire_send(fd, 1, msg, 60000), -EDQUOT);
	expect_result(wire_recv(fd, 1, msg, 60000), 60000);
	expect_result(wire_send(fd, 1, msg, 60000), 0);
	close(fd);
	daemon_stop(&daemon, 1, 3);
	free(msg);
}
END_TEST

/* As an ordinary user it serves itself: it may administer, and act for others. */
START_TEST(as_somebody)
{
	struct daemon daemon;
	int fd;

	ck_assert_int_eq(chown(daemon_dir, UID_NOBODY, UID_NOBODY), 0);
	daemon = daemon_spawn(UID_NOBODY, getenv("SLMBXD"),
			      OPTIONS("--socket", daemon_socket, "--mode", "0666"));
	daemon_expect_ready(&daemon);
	fd = dial_as(UID_NOBODY);
	expect_result(wire_init(fd), 0);
	expect_result(wire_call(fd,
				REQUEST(.call = SLMBX_CALL_CREATE, .id = 5, .arg = 1,
					.flags = SLMBXD_AS_UID, .uid = UID_OTHER),
				NULL),
		      0);
	expect_result(wire_count(fd, 5), -EPERM);
	close(fd);
	fd = dial_as(UID_OTHER);
	expect_result(wire_count(fd, 5), 0);
	expect_result(wire_call(fd, REQUEST(.call = SLMBX_CALL_SHUTDOWN), NULL), -EPERM);
	close(fd);
	daemon_stop(&daemon, 0, 1);
}
END_TEST

/* Few open files allow fewer connections, and never more than were asked for. */
START_TEST(few_open_files)
{
	struct rlimit limit = { .rlim_cur = 100, .rlim_max = 100 };
	struct daemon daemon;
	int fds[41];

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	daemon = daemon_spawn(geteuid(), getenv("SLMBXD"),
			      OPTIONS("--socket", daemon_socket, "--max-connections", "4096"));
	daemon_expect(&daemon, "slmbxd: the limit of open files (100) allows 50 connections");
	daemon_expect_ready(&daemon);
	close(dial());
	daemon_stop(&daemon, 0, 0);

	daemon = daemon_start(OPTIONS("--max-connections", "40"));
	for (int i = 0; i < 41; i++)
		fds[i] = dial();
	for (int i = 0; i < 40; i++)
		expect_result(wire_count(fds[i], 5), -ENODEV);
	wire_expect_refused(fds[40], -EUSERS);
	daemon_stop(&daemon, 0, 0);
}
END_TEST

START_TEST(help_and_version)
{
	char text[4096];

	ck_assert_int_eq(daemon_run(geteuid(), OPTIONS("--help"), text, sizeof(text)), 0);
	ck_assert_msg(!strncmp(text, "Usage: slmbxd ", 14), "%s", text);
	ck_assert_int_eq(daemon_run(geteuid(), OPTIONS("-V"), text, sizeof(text)), 0);
	ck_assert_msg(!strncmp(text, "slmbxd ", 7), "%s", text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lifecycle");
	TCase *tcase = daemon_case(suite, "lifecycle");

	tcase_add_test(tcase, stops_with_counts);
	tcase_add_test(tcase, stops_whatever_clients_do);
	tcase_add_test(tcase, second_daemon);
	tcase_add_test(tcase, stale_socket);
	tcase_add_test(tcase, one_of_many_wins);
	tcase_add_test(tcase, other_file_at_the_path);
	tcase_add_test(tcase, bad_options);
	tcase_add_test(tcase, paths_of_all_lengths);
	tcase_add_test(tcase, unusable_directories);
	tcase_add_test(tcase, runtime_directory);
	tcase_add_test(tcase, modes);
	tcase_add_test(tcase, limits);
	tcase_add_test(tcase, few_open_files);
	tcase_add_test(tcase, help_and_version);
	if (is_root()) {
		tcase_add_test(tcase, unwritable_directories);
		tcase_add_test(tcase, no_directory_at_all);
		tcase_add_test(tcase, as_somebody);
	} else {
		puts("# not run: three tests need root, to be another user");
	}
	return unit_run(suite);
}
