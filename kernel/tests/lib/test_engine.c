// SPDX-License-Identifier: MIT
/*
 * Which engine, and where its daemon is.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

START_TEST(unknown_engine)
{
	static const char *const names[] = { "bogus", "Daemon", "daemon ", "auto,daemon" };

	setenv("SLMBX_ENGINE", names[_i], 1);
	expect_no_engine(-EINVAL);
}
END_TEST

/* What auto takes before the daemon: there is no test of it on such a machine. */
static bool kernel_engine_here(void)
{
	return syscall(SLMBX_SYSCALL(SLMBX_CALL_COUNT), SLMBX_ID_NONE) != -1 || errno != ENOSYS ||
	       !access("/dev/slmbx", F_OK);
}

START_TEST(daemon_engine)
{
	static const char *const names[] = { NULL, "", "auto", "daemon" };

	if (kernel_engine_here())
		skip_test("auto is another engine here");
	if (names[_i])
		setenv("SLMBX_ENGINE", names[_i], 1);
	else
		unsetenv("SLMBX_ENGINE");
	daemon_start(test_socket, NULL);
	ck_assert_str_eq(slmbx_engine(), "daemon");
	ck_assert_int_eq(slmbx_count(1), -ENODEV);

	/* Chosen once. */
	setenv("SLMBX_ENGINE", "bogus", 1);
	ck_assert_int_eq(slmbx_count(1), -ENODEV);
	daemon_stop(SIGTERM);
	ck_assert_ptr_null(slmbx_engine());
}
END_TEST

START_TEST(no_daemon)
{
	expect_no_engine(-ECONNREFUSED);

	/* One that starts later is found. */
	daemon_start(test_socket, NULL);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	ck_assert_str_eq(slmbx_engine(), "daemon");
	daemon_stop(SIGTERM);
	expect_no_engine(-ECONNREFUSED);
}
END_TEST

START_TEST(stale_socket)
{
	daemon_start(test_socket, NULL);
	daemon_stop(SIGKILL);
	ck_assert_int_eq(access(test_socket, F_OK), 0);
	expect_no_engine(-ECONNREFUSED);
}
END_TEST

START_TEST(not_a_socket)
{
	FILE *file = fopen(test_socket, "w");

	ck_assert_ptr_nonnull(file);
	fclose(file);
	expect_no_engine(-ECONNREFUSED);
}
END_TEST

START_TEST(path_too_long)
{
	char path[256];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	setenv("SLMBX_SOCKET", path, 1);
	expect_no_engine(-ENAMETOOLONG);
}
END_TEST

START_TEST(longest_path)
{
	size_t len = strlen(test_dir);
	char path[108];

	memset(path, 'x', sizeof(path) - 1);
	memcpy(path, test_dir, len);
	path[len] = '/';
	path[sizeof(path) - 1] = '\0';
	setenv("SLMBX_SOCKET", path, 1);
	daemon_start(path, NULL);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	daemon_stop(SIGTERM);
}
END_TEST

START_TEST(socket_without_rights)
{
	if (!is_root())
		skip_test("needs uid 0");
	daemon_start(test_socket, "--mode=0600");
	ck_assert_int_eq(seteuid(UID_NOBODY), 0);
	expect_no_engine(-EACCES);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	daemon_stop(SIGTERM);
}
END_TEST

START_TEST(no_descriptors_left)
{
	struct rlimit limit, none;

	daemon_start(test_socket, NULL);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	expect_no_engine(-EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	daemon_stop(SIGTERM);
}
END_TEST

/* Below the numbers the library prefers there is room as well. */
START_TEST(few_descriptors)
{
	struct rlimit limit;

	daemon_start(test_socket, NULL);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 64;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	daemon_stop(SIGTERM);
}
END_TEST

START_TEST(errno_is_left_alone)
{
	static const int values[] = { 0, ERANGE };
	unsigned char byte = 'x';
	struct slmbx_stat st;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		errno = values[i];
		ck_assert_ptr_null(slmbx_engine());
		ck_assert_int_eq(slmbx_count(1), -ECONNREFUSED);
		ck_assert_int_eq(errno, values[i]);
	}

	daemon_start(test_socket, NULL);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		errno = values[i];
		ck_assert_str_eq(slmbx_engine(), "daemon");
		ck_assert_int_eq(slmbx_init(16, 4), 0);
		ck_assert_int_eq(slmbx_create(1, 0), 0);
		ck_assert_int_eq(slmbx_create(1, 0), -EEXIST);
		ck_assert_int_eq(slmbx_send(1, &byte, 1), 0);
		ck_assert_int_eq(slmbx_send(1, NULL, 1), -EFAULT);
		ck_assert_int_eq(slmbx_recv(1, NULL, 1), -EFAULT);
		ck_assert_int_eq(slmbx_recv(1, &byte, 1), 1);
		ck_assert_int_eq(slmbx_stat(1, NULL, sizeof(st)), -EFAULT);
		ck_assert_int_eq(slmbx_stat(1, &st, sizeof(st)), 0);
		slmbx_act_as(slmbx_act_as(5));
		ck_assert_int_eq(slmbx_shutdown(), 0);
		ck_assert_int_eq(errno, values[i]);
	}
	daemon_stop(SIGTERM);
}
END_TEST

/* SLMBX_SOCKET unset, @variable set to test_dir, the daemon at @below in it. */
static void find_daemon(const char *variable, const char *below, uid_t uid)
{
	char path[128], dir[128];

	snprintf(path, sizeof(path), "%s%s", test_dir, below);
	for (char *at = path + strlen(test_dir) + 1; (at = strchr(at, '/')); at++) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(at - path), path);
		ck_assert_int_eq(mkdir(dir, 0755), 0);
	}
	daemon_start(path, NULL);

	unsetenv("SLMBX_SOCKET");
	setenv(variable, test_dir, 1);
	ck_assert_int_eq(seteuid(uid), 0);
	ck_assert_int_eq(slmbx_count(1), -ENODEV);

	/* A later change of the environment or the uid moves nobody. */
	unsetenv(variable);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(slmbx_count(1), -ENODEV);
	ck_assert_int_eq(seteuid(UID_OTHER), 0);
	ck_assert_int_eq(slmbx_count(1), -ENODEV);
	ck_assert_int_eq(seteuid(0), 0);
	daemon_stop(SIGTERM);
}

START_TEST(runtime_dir)
{
	if (!is_root())
		skip_test("needs uid 0");
	/* It comes before the directory of uid 0, and before XDG's. */
	setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
	find_daemon("SLMBX_RUNTIME_DIR", "/slmbxd.sock", _i ? UID_NOBODY : 0);
}
END_TEST

START_TEST(xdg_runtime_dir)
{
	if (!is_root())
		skip_test("needs uid 0");
	setenv("HOME", "/nonexistent", 1);
	find_daemon("XDG_RUNTIME_DIR", "/slmbx/slmbxd.sock", UID_NOBODY);
}
END_TEST

START_TEST(home)
{
	if (!is_root())
		skip_test("needs uid 0");
	setenv("XDG_RUNTIME_DIR", "", 1);
	find_daemon("HOME", "/.local/state/slmbx/slmbxd.sock", UID_NOBODY);
}
END_TEST

/* With a /run that only this test sees: the machine's own daemon is none of our business. */
static bool private_run(void)
{
	return is_root() && !unshare(CLONE_NEWNS) &&
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("tmpfs", "/run", "tmpfs", 0, NULL) && !mkdir("/run/slmbx", 0755);
}

/* Whoever tries test_dir/slmbx first finds what is no stream socket, and stays with it. */
static void trap_in_test_dir(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/slmbx", test_dir);
	ck_assert_int_eq(mkdir(addr.sun_path, 0755), 0);
	strcat(addr.sun_path, "/slmbxd.sock");
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

START_TEST(system_daemon)
{
	if (!private_run())
		skip_test("needs uid 0 and a mount namespace");
	daemon_start("/run/slmbx/slmbxd.sock", NULL);
	unsetenv("SLMBX_SOCKET");
	/* Of uid 0 the only choice, of others the last. */
	if (!_i)
		trap_in_test_dir();
	setenv("XDG_RUNTIME_DIR", test_dir, 1);
	ck_assert_int_eq(seteuid(_i ? UID_NOBODY : 0), 0);
	ck_assert_int_eq(slmbx_count(1), -ENODEV);
	ck_assert_int_eq(seteuid(0), 0);
	daemon_stop(SIGTERM);
}
END_TEST

/* A daemon of one's own, once named, is not replaced by the system's. */
START_TEST(no_way_to_system_daemon)
{
	if (!private_run())
		skip_test("needs uid 0 and a mount namespace");
	daemon_start("/run/slmbx/slmbxd.sock", NULL);
	if (_i) {
		unsetenv("SLMBX_SOCKET");
		setenv("SLMBX_RUNTIME_DIR", test_dir, 1);
	}
	ck_assert_int_eq(seteuid(UID_NOBODY), 0);
	expect_no_engine(-ECONNREFUSED);
	ck_assert_int_eq(seteuid(0), 0);
	daemon_stop(SIGTERM);
}
END_TEST

/* This program as @path, set-user-ID if @mode says so: -slmbx_count(1) is its exit status. */
static int count_in_copy(const char *path, mode_t mode, const char *variable, const char *value)
{
	char command[256];
	pid_t child;
	int status;

	snprintf(command, sizeof(command), "cp /proc/%d/exe %s", (int)getpid(), path);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(chown(path, UID_NOBODY, (gid_t)-1), 0);
	ck_assert_int_eq(chmod(path, mode), 0);

	child = fork();
	if (!child) {
		unsetenv("SLMBX_SOCKET");
		setenv(variable, value, 1);
		if (setresuid(UID_OTHER, UID_OTHER, UID_OTHER))
			_exit(126);
		execl(path, path, "--count", NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(unlink(path), 0);
	return WEXITSTATUS(status);
}

/* The caller of a set-user-ID program can't send it to another engine or daemon. */
START_TEST(set_user_id)
{
	static const struct {
		const char *variable, *value;
		int heeded;
	} rows[] = {
		{ "SLMBX_ENGINE", "bogus", EINVAL },
		{ "SLMBX_SOCKET", test_socket, ENODEV },
		{ "SLMBX_RUNTIME_DIR", test_dir, ENODEV },
	};
	char path[128];

	if (!private_run())
		skip_test("needs uid 0 and a mount namespace");
	if (kernel_engine_here())
		skip_test("auto is another engine here");
	snprintf(path, sizeof(path), "%s/copy", test_dir);
	daemon_start(test_socket, NULL);
	ck_assert_int_eq(count_in_copy(path, 0755, rows[_i].variable, rows[_i].value),
			 rows[_i].heeded);
	ck_assert_int_eq(count_in_copy(path, 04755, rows[_i].variable, rows[_i].value),
			 ECONNREFUSED);
	daemon_stop(SIGTERM);
}
END_TEST

Suite *engine_suite(void)
{
	Suite *s = suite_create("engine");
	TCase *tc = directory_case("engine");

	tcase_add_loop_test(tc, unknown_engine, 0, 4);
	tcase_add_loop_test(tc, daemon_engine, 0, 4);
	tcase_add_test(tc, no_daemon);
	tcase_add_test(tc, stale_socket);
	tcase_add_test(tc, not_a_socket);
	tcase_add_test(tc, path_too_long);
	tcase_add_test(tc, longest_path);
	tcase_add_test(tc, socket_without_rights);
	tcase_add_test(tc, no_descriptors_left);
	tcase_add_test(tc, few_descriptors);
	tcase_add_test(tc, errno_is_left_alone);
	tcase_add_loop_test(tc, runtime_dir, 0, 2);
	tcase_add_test(tc, xdg_runtime_dir);
	tcase_add_test(tc, home);
	tcase_add_loop_test(tc, system_daemon, 0, 2);
	tcase_add_loop_test(tc, no_way_to_system_daemon, 0, 2);
	tcase_add_loop_test(tc, set_user_id, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
