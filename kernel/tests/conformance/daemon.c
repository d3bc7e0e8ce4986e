// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "daemon.h"
#include "harness.h"

#define PATIENCE_MS 20000
#define STEP_MS 5

#define say(format, ...) \
	fprintf(stderr, "%s: " format, program_invocation_short_name, ##__VA_ARGS__)

/* Other users must reach the socket. */
static bool make_dir(struct daemon *daemon)
{
	const char *tmp = getenv("TEMP");

	snprintf(daemon->dir, sizeof(daemon->dir), "%.40s/slmbx-%.16s-XXXXXX", tmp ? tmp : "/tmp",
		 program_invocation_short_name);
	if (!mkdtemp(daemon->dir) || chmod(daemon->dir, 0755) != 0) {
		say("%s: %s\n", daemon->dir, strerror(errno));
		return false;
	}
	snprintf(daemon->socket, sizeof(daemon->socket), "%s/slmbxd.sock", daemon->dir);
	return true;
}

/* A daemon that ended badly may leave its files. */
static void remove_dir(struct daemon *daemon)
{
	DIR *dir = opendir(daemon->dir);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(daemon->dir);
}

static void run(const struct daemon *daemon, const char *path, const char *const extra[])
{
	const char *argv[16] = { path, "--socket", daemon->socket };
	unsigned int argc = 3;

	for (; *extra && argc + 1 < ARRAY_SIZE(argv); extra++)
		argv[argc++] = *extra;
	/* It must not outlive a suite that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* Its words belong on stderr; stdout is TAP. */
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execv(path, (char *const *)argv);
	say("%s: %s\n", path, strerror(errno));
	_exit(127);
}

static bool listens(const struct daemon *daemon)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool connected;

	strcpy(address.sun_path, daemon->socket);
	connected = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0)
		close(fd);
	return connected;
}

static bool has_ended(struct daemon *daemon, int *status)
{
	if (waitpid(daemon->pid, status, WNOHANG) != daemon->pid)
		return false;
	daemon->pid = 0;
	return true;
}

bool daemon_start(struct daemon *daemon, const char *path, const char *const extra[])
{
	int status;

	if (!make_dir(daemon))
		return false;
	daemon->pid = fork();
	if (daemon->pid == 0)
		run(daemon, path, extra);
	for (int waited = 0; daemon->pid > 0 && waited < PATIENCE_MS; waited += STEP_MS) {
		if (has_ended(daemon, &status))
			break;
		if (listens(daemon))
			return setenv("SLMBX_SOCKET", daemon->socket, 1) == 0;
		usleep(STEP_MS * 1000);
	}
	say("%s did not start to listen on %s\n", path, daemon->socket);
	daemon_stop(daemon);
	return false;
}

static bool wait_for_end(struct daemon *daemon, int *status)
{
	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (has_ended(daemon, status))
			return true;
		usleep(STEP_MS * 1000);
	}
	return false;
}

bool daemon_stop(struct daemon *daemon)
{
	int status = 0;
	bool clean = false;

	if (daemon->pid > 0 && has_ended(daemon, &status)) {
		say("slmbxd had ended before, status 0x%x\n", status);
	} else if (daemon->pid > 0) {
		kill(daemon->pid, SIGTERM);
		if (!wait_for_end(daemon, &status)) {
			say("slmbxd does not end on SIGTERM\n");
			kill(daemon->pid, SIGKILL);
			waitpid(daemon->pid, NULL, 0);
		} else if (status != 0) {
			say("slmbxd ended with status 0x%x\n", status);
		} else {
			clean = true;
		}
	}
	remove_dir(daemon);
	return clean;
}
