// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define GRACE_MS 3000	/* between SIGTERM and SIGKILL for what the command left running */
#define STREAMS 2

/* One of the command's outputs: what comes out of the pipe goes to the file. */
struct stream {
	int pipe;	/* -1 once everybody closed the other end */
	int file;
};

static char buffer[65536];

static void open_stream(struct stream *stream, const struct job *job, const char *name, int *end)
{
	int ends[2];

	stream->file = openat(job->share, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (stream->file < 0 || pipe2(ends, O_CLOEXEC))
		give_up("opening the command's %s", name);
	stream->pipe = ends[0];
	*end = ends[1];
}

static void write_all(int file, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(file, bytes, length);

		if (written < 0 && errno != EINTR)
			give_up("writing the command's output to the host");
		if (written > 0) {
			bytes += written;
			length -= written;
		}
	}
}

static void relay(struct stream *stream)
{
	ssize_t got = read(stream->pipe, buffer, sizeof(buffer));

	if (got > 0) {
		write_all(stream->file, buffer, got);
	} else if (got == 0 || errno != EINTR) {
		close(stream->pipe);
		stream->pipe = -1;
	}
}

static void cannot_run(const char *what)
{
	int code = errno == ENOENT ? 127 : 126;

	dprintf(STDERR_FILENO, "kernel/vm: %s: %s\n", what, strerror(errno));
	_exit(code);
}

static pid_t start(const struct job *job, const int *ends)
{
	pid_t child = fork();
	sigset_t none;
	int null;

	if (child < 0)
		give_up("starting the command");
	if (child)
		return child;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (dup2(null, 0) < 0 || dup2(ends[0], 1) < 0 || dup2(ends[1], 2) < 0)
		give_up("starting the command");
	if (chdir(job->cwd))
		cannot_run(job->cwd);
	environ = job->env;
	execvp(job->argv[0], job->argv);
	cannot_run(job->argv[0]);
	return -1;
}

/* Takes in every process that ended. True once there is none left; *status is the child's. */
static bool reap(pid_t child, int *status, bool *ended)
{
	int one;

	for (;;) {
		pid_t pid = waitpid(-1, &one, WNOHANG);

		if (pid == child) {
			*status = one;
			*ended = true;
		}
		if (pid == 0)
			return false;
		if (pid < 0)
			return true;
	}
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

static bool streams_open(const struct stream *streams)
{
	return streams[0].pipe >= 0 || streams[1].pipe >= 0;
}

static void wait_a_while(struct stream *streams, int signals)
{
	struct pollfd polls[STREAMS + 1];

	for (int i = 0; i < STREAMS; i++)
		polls[i] = (struct pollfd){ .fd = streams[i].pipe, .events = POLLIN };
	polls[STREAMS] = (struct pollfd){ .fd = signals, .events = POLLIN };
	if (poll(polls, STREAMS + 1, 500) <= 0)
		return;
	for (int i = 0; i < STREAMS; i++)
		if (polls[i].revents)
			relay(&streams[i]);
	if (polls[STREAMS].revents && read(signals, buffer, sizeof(buffer)) < 0)
		return;
}

/* Until the command ended, and then all it left running, and all they wrote is with the host. */
static int attend(pid_t child, struct stream *streams, int signals)
{
	bool ended = false, told = false;
	int status = 0;
	long deadline = 0;

	for (;;) {
		bool alone = reap(child, &status, &ended);

		if (alone && !streams_open(streams))
			return status;
		if (ended && !alone && !told) {
			kill(-1, SIGTERM);
			kill(-1, SIGCONT);
			told = true;
			deadline = milliseconds() + GRACE_MS;
		} else if (told && !alone && milliseconds() >= deadline) {
			kill(-1, SIGKILL);
		}
		wait_a_while(streams, signals);
	}
}

int run_job(const struct job *job)
{
	struct stream streams[STREAMS];
	int ends[STREAMS], signals;
	sigset_t children;
	pid_t child;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		give_up("starting the command");
	open_stream(&streams[0], job, "stdout", &ends[0]);
	open_stream(&streams[1], job, "stderr", &ends[1]);
	child = start(job, ends);
	close(ends[0]);
	close(ends[1]);
	return attend(child, streams, signals);
}
