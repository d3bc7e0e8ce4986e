// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "unit.h"

/* Longer than anything the daemon does, a sanitizer's report included. */
#define PATIENCE_MS	60000

char daemon_dir[64];
char daemon_socket[128];

/* Made and removed by the runner itself, so that a failed test leaves nothing either. */
static char base_dir[] = "/tmp/slmbx-unit-XXXXXX";

static void make_base(void)
{
	if (!mkdtemp(base_dir) || chmod(base_dir, 0755)) {
		perror(base_dir);
		exit(EXIT_FAILURE);
	}
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_base(void)
{
	nftw(base_dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	strcpy(strrchr(base_dir, '-'), "-XXXXXX");
}

static void make_dir(void)
{
	snprintf(daemon_dir, sizeof(daemon_dir), "%s/%d", base_dir, getpid());
	ck_assert_int_eq(mkdir(daemon_dir, 0755), 0);
	snprintf(daemon_socket, sizeof(daemon_socket), "%s/slmbxd.sock", daemon_dir);
}

TCase *daemon_case(Suite *suite, const char *name)
{
	TCase *tcase = unit_case(suite, name);

	tcase_add_unchecked_fixture(tcase, make_base, remove_base);
	tcase_add_checked_fixture(tcase, make_dir, NULL);
	return tcase;
}

bool is_root(void)
{
	return geteuid() == 0;
}

static void drop_to(uid_t uid)
{
	if (uid != geteuid() && (setgid(uid) || setuid(uid)))
		_exit(126);
}

struct daemon daemon_spawn(uid_t uid, const char *path, const char *const *options)
{
	const char *words[16] = { "slmbxd" };
	struct daemon daemon;
	int fds[2], program;

	ck_assert_msg(path, "SLMBXD is not set: run the tests by make");
	for (int i = 0; options[i]; i++)
		words[1 + i] = options[i];
	/* Opened here: @uid may not see the directory it is in. */
	program = open(path, O_PATH | O_CLOEXEC);
	ck_assert_msg(program >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	daemon.pid = fork();
	ck_assert_int_ge(daemon.pid, 0);
	if (!daemon.pid) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		drop_to(uid);
		/* It must not outlive a test that fails. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fexecve(program, (char *const *)words, environ);
		perror(path);
		_exit(127);
	}
	close(fds[1]);
	close(program);
	daemon.output = fds[0];
	return daemon;
}

/* One line it says, without the end of line; false if there is none any more. */
static bool read_line(struct daemon *daemon, char *line, size_t size)
{
	struct pollfd pfd = { .fd = daemon->output, .events = POLLIN };
	size_t len = 0;

	for (;;) {
		ck_assert_msg(poll(&pfd, 1, PATIENCE_MS) > 0, "slmbxd says nothing");
		if (read(daemon->output, line + len, 1) != 1)
			break;
		if (line[len] == '\n' || len == size - 2)
			break;
		len++;
	}
	line[len] = '\0';
	return len;
}

void daemon_expect(struct daemon *daemon, const char *wanted)
{
	char line[1024];

	ck_assert(read_line(daemon, line, sizeof(line)));
	ck_assert_str_eq(line, wanted);
}

void daemon_expect_ready(struct daemon *daemon)
{
	char line[256];

	snprintf(line, sizeof(line), "slmbxd: ready on %s", daemon_socket);
	daemon_expect(daemon, line);
}

struct daemon daemon_start(const char *const *options)
{
	const char *words[16] = { "--socket", daemon_socket };
	struct daemon daemon;

	for (int i = 0; options[i]; i++)
		words[2 + i] = options[i];
	daemon = daemon_spawn(geteuid(), getenv("SLMBXD"), words);
	daemon_expect_ready(&daemon);
	return daemon;
}

int daemon_wait(struct daemon *daemon, char *text, size_t size)
{
	size_t len = 0;
	int status;

	/* Its output ends with it. */
	while (len + 1 < size && read_line(daemon, text + len, size - len)) {
		len += strlen(text + len);
		text[len++] = '\n';
	}
	text[len] = '\0';
	ck_assert_int_eq(waitpid(daemon->pid, &status, 0), daemon->pid);
	close(daemon->output);
	return status;
}

void daemon_stop(struct daemon *daemon, unsigned long messages, unsigned long mailboxes)
{
	char text[4096], wanted[128];
	int status;

	ck_assert_int_eq(kill(daemon->pid, SIGTERM), 0);
	status = daemon_wait(daemon, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "slmbxd: stopped; dropped %lu messages in %lu mailboxes\n",
		 messages, mailboxes);
	ck_assert_str_eq(text, wanted);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "slmbxd ended with status %x",
		      status);
	ck_assert_msg(access(daemon_socket, F_OK) && errno == ENOENT, "the socket is still there");
}

int daemon_run(uid_t uid, const char *const *options, char *text, size_t size)
{
	struct daemon daemon = daemon_spawn(uid, getenv("SLMBXD"), options);
	int status = daemon_wait(&daemon, text, size);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int try_dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	strcpy(addr.sun_path, daemon_socket);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

int dial(void)
{
	int fd = try_dial();

	expect(fd >= 0, "no connection to the daemon: %s", strerror(errno));
	return fd;
}

int dial_as(uid_t uid)
{
	int fd;

	/* The daemon goes by the effective uid at connect(). */
	ck_assert_int_eq(seteuid(uid), 0);
	fd = dial();
	ck_assert_int_eq(seteuid(0), 0);
	return fd;
}
