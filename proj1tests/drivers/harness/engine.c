// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <slmbx.h>

#include "engine.h"
#include "here.h"

#define PATIENCE 3000 /* looks at the daemon, TICK apart */
#define TICK 10000 /* microseconds */

static pid_t daemon_pid;
static char directory[PATH_MAX - 32], socket_path[PATH_MAX], log_path[PATH_MAX];

static bool limited;

bool engine_is_limited(void)
{
	return limited;
}

static bool make_directory(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/slmbx-drivers-XXXXXX",
		 parent && *parent ? parent : "/tmp");
	/* Other users must get to the socket. */
	if (!mkdtemp(directory) || chmod(directory, 0755)) {
		fprintf(stderr, "can't make a directory like %s: %s\n", directory, strerror(errno));
		return false;
	}
	snprintf(socket_path, sizeof(socket_path), "%s/slmbxd.sock", directory);
	snprintf(log_path, sizeof(log_path), "%s/slmbxd.log", directory);
	return true;
}

static void remove_directory(void)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		unlinkat(dirfd(stream), entry->d_name, 0);
	if (stream)
		closedir(stream);
	rmdir(directory);
}

static void show_log(void)
{
	char line[1024];
	FILE *log = fopen(log_path, "r");

	while (log && fgets(line, sizeof(line), log))
		fprintf(stderr, "  %s", line);
	if (log)
		fclose(log);
}

static bool log_says(const char *text)
{
	char line[1024];
	bool found = false;
	FILE *log = fopen(log_path, "r");

	while (log && !found && fgets(line, sizeof(line), log))
		found = strstr(line, text);
	if (log)
		fclose(log);
	return found;
}

static void become_daemon(const char *program, const struct limits *limits, pid_t parent)
{
	const char *argv[] = { "slmbxd", "--socket", socket_path, "--mode", "0666",
			       NULL,	 NULL,	     NULL,	  NULL,	    NULL };
	int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	/* A driver that is killed takes its daemon with it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || log < 0)
		_exit(127);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (limits) {
		argv[5] = "--max-mailboxes-per-uid";
		argv[6] = limits->mailboxes;
		argv[7] = "--max-bytes-per-uid";
		argv[8] = limits->bytes;
	}
	execv(program, (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s; build it with make -C kernel daemon\n", program,
		strerror(errno));
	_exit(127);
}

/* The daemon's end within our patience: its wait status, or -1. */
static int await_end(void)
{
	int status;

	for (int i = 0; i < PATIENCE; i++) {
		if (waitpid(daemon_pid, &status, WNOHANG) == daemon_pid) {
			daemon_pid = 0;
			return status;
		}
		usleep(TICK);
	}
	return -1;
}

static bool await_ready(void)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (log_says("slmbxd: ready on "))
			return true;
		if (waitpid(daemon_pid, NULL, WNOHANG) == daemon_pid) {
			daemon_pid = 0;
			break;
		}
		usleep(TICK);
	}
	return false;
}

static bool start_daemon(const struct limits *limits)
{
	char program[PATH_MAX];
	pid_t parent = getpid();

	if (getenv("SLMBXD"))
		snprintf(program, sizeof(program), "%s", getenv("SLMBXD"));
	else
		here_path(program, sizeof(program), "../slmbxd");
	if (!make_directory())
		return false;
	daemon_pid = fork();
	if (!daemon_pid)
		become_daemon(program, limits, parent);
	if (daemon_pid > 0 && await_ready()) {
		setenv("SLMBX_SOCKET", socket_path, 1);
		setenv("SLMBX_ENGINE", "daemon", 1);
		return true;
	}
	fprintf(stderr, "the daemon didn't start:\n");
	show_log();
	if (daemon_pid > 0) {
		kill(daemon_pid, SIGKILL);
		await_end();
	}
	remove_directory();
	return false;
}

/* May the drivers use up the engine that was given? */
static bool check_given(void)
{
	long result = slmbx_count(SLMBX_ID_NONE);

	if (result == -ENOENT) {
		fprintf(stderr,
			"the engine is in use, and a driver would delete its mailboxes: "
			"run slmbx_shutdown first, or unset SLMBX_SOCKET and SLMBX_ENGINE\n");
		return false;
	}
	if (result != -ENODEV) {
		fprintf(stderr,
			"the engine that SLMBX_SOCKET or SLMBX_ENGINE names doesn't work: %s\n",
			strerror((int)-result));
		return false;
	}
	/* Wrong arguments: changes nothing, and EPERM comes before EINVAL. */
	if (slmbx_init(0, 0) == -EPERM) {
		fprintf(stderr,
			"a driver must set the engine up, which only root may: run it as root\n");
		return false;
	}
	return true;
}

/* A kernel's limits are ours to set; a daemon that runs already has got its own. */
static bool limit_given(const struct limits *limits)
{
	const char *name = slmbx_engine();

	if (!limits || !strcmp(name ? name : "", "daemon"))
		return true;
	limited = limits_set(limits);
	return limited;
}

bool engine_begin(const struct limits *limits)
{
	if (getenv("SLMBX_SOCKET") || getenv("SLMBX_ENGINE"))
		return check_given() && limit_given(limits);
	limited = limits;
	return start_daemon(limits);
}

bool engine_end(void)
{
	int status;
	bool clean;

	if (!daemon_pid)
		return limits_restore();
	kill(daemon_pid, SIGTERM);
	status = await_end();
	if (status == -1) {
		kill(daemon_pid, SIGKILL);
		await_end();
	}
	clean = status != -1 && WIFEXITED(status) && !WEXITSTATUS(status);
	if (!clean) {
		fprintf(stderr, "the daemon didn't end cleanly (wait status %d):\n", status);
		show_log();
	}
	remove_directory();
	return clean;
}
