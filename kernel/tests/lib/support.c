// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "support.h"

#define READY "slmbxd: ready on "

static char base_dir[] = "/tmp/slmbx-test-XXXXXX";

const char *test_engine = "daemon";

char test_dir[64];
char test_socket[96];

static pid_t daemon_pid;
static int daemon_stderr = -1;

bool on_daemon(void)
{
	return !strcmp(test_engine, "daemon");
}

bool on_device(void)
{
	return !strcmp(test_engine, "device");
}

bool is_root(void)
{
	return geteuid() == 0;
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void sleep_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

int base_make(void)
{
	/* Other uids must reach the sockets. */
	return mkdtemp(base_dir) && !chmod(base_dir, 0755) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void base_remove(void)
{
	nftw(base_dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void directory_setup(void)
{
	static const char *const variables[] = { "SLMBX_RUNTIME_DIR", "XDG_RUNTIME_DIR", "HOME" };

	snprintf(test_dir, sizeof(test_dir), "%s/%d", base_dir, (int)getpid());
	ck_assert_int_eq(mkdir(test_dir, 0755), 0);
	snprintf(test_socket, sizeof(test_socket), "%s/slmbxd.sock", test_dir);

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		unsetenv(variables[i]);
	setenv("SLMBX_ENGINE", test_engine, 1);
	setenv("SLMBX_SOCKET", test_socket, 1);
}

void directory_teardown(void)
{
	ck_assert_int_eq(nftw(test_dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void shut_down(void)
{
	long ret;

	slmbx_act_as(SLMBX_SELF);
	ret = slmbx_shutdown();
	ck_assert_msg(ret == 0 || ret == -ENODEV, "slmbx_shutdown is %ld", ret);
}

void engine_setup(void)
{
	directory_setup();
	if (on_daemon())
		daemon_start(test_socket, NULL);
	else
		/* A test that failed may have left it initialised. */
		shut_down();
	ck_assert_int_eq(slmbx_init(16, 4), 0);
}

void engine_teardown(void)
{
	if (on_daemon())
		daemon_stop(SIGTERM);
	else
		shut_down();
	directory_teardown();
}

static const char *daemon_program(void)
{
	const char *program = getenv("SLMBXD");

	ck_assert_msg(program && !access(program, X_OK),
		      "SLMBXD must name the slmbxd to test with, not \"%s\"",
		      program ? program : "");
	return program;
}

void daemon_start(const char *path, const char *option)
{
	daemon_start_as(geteuid(), path, option);
}

void daemon_start_as(uid_t uid, const char *path, const char *option)
{
	const char *program = daemon_program();
	char line[256] = "";
	size_t len = 0;
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	daemon_pid = fork();
	if (!daemon_pid) {
		if (setresuid(uid, uid, uid))
			_exit(126);
		/* Not to outlive a test that is killed. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], STDERR_FILENO);
		execl(program, program, "--socket", path, option, NULL);
		_exit(127);
	}
	ck_assert_int_gt(daemon_pid, 0);
	close(ends[1]);

	while (!strchr(line, '\n')) {
		ssize_t n = read(ends[0], line + len, sizeof(line) - 1 - len);

		ck_assert_msg(n > 0, "slmbxd did not start: %s", line);
		len += (size_t)n;
	}
	ck_assert_msg(!strncmp(line, READY, strlen(READY)), "slmbxd said: %s", line);
	daemon_stderr = ends[0];
}

void daemon_stop(int sig)
{
	int status;

	if (!daemon_pid)
		return;
	ck_assert_int_eq(kill(daemon_pid, sig), 0);
	ck_assert_int_eq(waitpid(daemon_pid, &status, 0), daemon_pid);
	daemon_pid = 0;
	close(daemon_stderr);
	if (sig == SIGTERM)
		ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status),
			      "slmbxd ended with status %#x", (unsigned int)status);
}

TCase *engine_case(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, engine_setup, engine_teardown);
	return tc;
}

TCase *directory_case(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, directory_setup, directory_teardown);
	return tc;
}

/* The library's descriptors lie above the numbers others get. */
static bool is_library_fd(int fd)
{
	struct stat st;

	return fd >= 256 && !fstat(fd, &st) && (S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode));
}

static unsigned int scan_fds(bool library, int *found)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;
	struct dirent *entry;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(dir))
			continue;
		if (library && !is_library_fd(fd))
			continue;
		*found = fd;
		count++;
	}
	closedir(dir);
	return count;
}

unsigned int count_fds(bool library)
{
	int found;

	return scan_fds(library, &found);
}

void expect_library_fds(void)
{
	ck_assert_uint_eq(count_fds(true), on_daemon() || on_device() ? 1 : 0);
}

int library_fd(void)
{
	int found = -1;

	ck_assert_uint_ge(scan_fds(true, &found), 1);
	return found;
}

void expect_no_engine(long expected)
{
	struct slmbx_sendv sendv = { .id = 1 };
	struct slmbx_recvv recvv = { .id = 1, .deadline = SLMBX_FOREVER };
	struct slmbx_settle settle = { .id = 1 };
	struct slmbx_list list = { .after = 1 };
	struct slmbx_setattr setattr = { .id = 1 };
	unsigned char byte = 'x';
	struct slmbx_stat st;

	ck_assert_int_eq(slmbx_init(16, 4), expected);
	ck_assert_int_eq(slmbx_shutdown(), expected);
	ck_assert_int_eq(slmbx_create(1, 0), expected);
	ck_assert_int_eq(slmbx_destroy(1), expected);
	ck_assert_int_eq(slmbx_count(1), expected);
	ck_assert_int_eq(slmbx_send(1, &byte, 1), expected);
	ck_assert_int_eq(slmbx_recv(1, &byte, 1), expected);
	ck_assert_int_eq(slmbx_length(1), expected);
	ck_assert_int_eq(slmbx_stat(1, &st, sizeof(st)), expected);
	ck_assert_int_eq(slmbx_sendv(&sendv, sizeof(sendv)), expected);
	ck_assert_int_eq(slmbx_recvv(&recvv, sizeof(recvv)), expected);
	ck_assert_int_eq(slmbx_settle(&settle, sizeof(settle)), expected);
	ck_assert_int_eq(slmbx_list(&list, sizeof(list)), expected);
	ck_assert_int_eq(slmbx_setattr(&setattr, sizeof(setattr)), expected);
	ck_assert_int_eq(slmbx_purge(1), expected);
	ck_assert_ptr_null(slmbx_engine());
	ck_assert_uint_eq(byte, 'x');
}

void wait_child(pid_t pid)
{
	int status;

	ck_assert_int_gt(pid, 0);
	while (waitpid(pid, &status, 0) < 0)
		ck_assert_int_eq(errno, EINTR);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "child ended with status %#x",
		      (unsigned int)status);
}

static unsigned char filling(size_t i, unsigned int seed)
{
	return (unsigned char)((i * 2654435761U + seed * 40503U) >> 7);
}

void fill(unsigned char *buf, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = filling(i, seed);
}

bool is_filled(const unsigned char *buf, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] != filling(i, seed))
			return false;
	return true;
}

bool is_all(const unsigned char *buf, size_t len, unsigned char byte)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] != byte)
			return false;
	return true;
}
