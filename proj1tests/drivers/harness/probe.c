// SPDX-License-Identifier: MIT
#include <errno.h>
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "people.h"
#include "probe.h"

/* Opened before the user changes, who perhaps may not come along the path. */
static int open_probe(const char *name)
{
	char path[PATH_MAX];
	int fd;

	here_path(path, sizeof(path), name);
	fd = open(path, O_PATH | O_CLOEXEC);
	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	return fd;
}

static void set_output(const char *path, int kept)
{
	int fd = kept;

	if (path && !*path) {
		close(STDOUT_FILENO);
		return;
	}
	if (path)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(126);
}

static void run_child(int program, const struct setting *setting, const int streams[3],
		      const char *const argv[])
{
	dup2(streams[0], STDIN_FILENO);
	dup2(streams[2], STDERR_FILENO);
	set_output(setting->output, streams[1]);
	if (setting->uid)
		become(setting->uid);
	fexecve(program, (char *const *)argv, environ);
	_exit(127);
}

static int new_stream(const void *bytes, size_t length)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);

	ck_assert(fd >= 0);
	for (size_t done = 0; done < length;) {
		ssize_t n = pwrite(fd, (const char *)bytes + done, length - done, (off_t)done);

		ck_assert(n > 0);
		done += (size_t)n;
	}
	return fd;
}

static char *contents(int fd, size_t *length)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = malloc((size_t)size + 1);

	ck_assert_ptr_nonnull(text);
	*length = 0;
	while (*length < (size_t)size) {
		ssize_t n = pread(fd, text + *length, (size_t)size - *length, (off_t)*length);

		ck_assert(n > 0);
		*length += (size_t)n;
	}
	text[size] = '\0';
	close(fd);
	return text;
}

struct outcome probe_run(const struct setting *setting, const char *const argv[])
{
	int program = open_probe(argv[0]), status;
	int streams[3] = { new_stream(setting->input, setting->input_length), new_stream(NULL, 0),
			   new_stream(NULL, 0) };
	struct outcome outcome;
	size_t err_length;
	pid_t child = fork();

	ck_assert(child >= 0);
	if (!child)
		run_child(program, setting, streams, argv);
	ck_assert(waitpid(child, &status, 0) == child);
	close(program);
	close(streams[0]);
	outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
	outcome.out = contents(streams[1], &outcome.out_length);
	outcome.err = contents(streams[2], &err_length);
	return outcome;
}

void probe_forget(struct outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
}

pid_t probe_start(int input, const char *const argv[])
{
	int program = open_probe(argv[0]);
	pid_t child = fork();

	ck_assert(child >= 0);
	if (!child) {
		dup2(input, STDIN_FILENO);
		fexecve(program, (char *const *)argv, environ);
		_exit(127);
	}
	close(program);
	return child;
}

static void command_line(char *text, size_t size, const char *const argv[])
{
	*text = '\0';
	for (; *argv; argv++) {
		size_t used = strlen(text);

		snprintf(text + used, size - used, "%s%s", used ? " " : "", **argv ? *argv : "''");
	}
}

/* One sentence on one line. */
static int is_one_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end && !end[1];
}

void probe_expect(const char *file, int line, const struct setting *setting, int status,
		  const char *out, const char *err, const char *const argv[])
{
	struct outcome outcome = probe_run(setting, argv);
	char command[256];

	command_line(command, sizeof(command), argv);
	ck_assert_msg(outcome.status == status, "%s:%d: '%s' ended with %d, not %d: %s", file, line,
		      command, outcome.status, status, outcome.err);
	ck_assert_msg(outcome.out_length == strlen(out) && !strcmp(outcome.out, out),
		      "%s:%d: '%s' printed '%s', not '%s'", file, line, command, outcome.out, out);
	if (!err)
		ck_assert_msg(!*outcome.err, "%s:%d: '%s' complained '%s'", file, line, command,
			      outcome.err);
	else
		ck_assert_msg(is_one_line(outcome.err) && strstr(outcome.err, err),
			      "%s:%d: '%s' said '%s', which is not a line with '%s'", file, line,
			      command, outcome.err, err);
	probe_forget(&outcome);
}
