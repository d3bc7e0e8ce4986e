// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

/* The strings of a file, each ended by a NUL, as a vector that NULL ends. */
static char **read_strings(int dir, const char *name)
{
	size_t length, count = 0;
	char *text = read_file_at(dir, name, &length);
	char **strings;

	if (!text)
		give_up("reading the job's %s", name);
	for (size_t i = 0; i < length; i++)
		count += text[i] == '\0';
	strings = calloc(count + 1, sizeof(*strings));
	if (!strings)
		give_up("reading the job's %s", name);
	for (size_t i = 0; i < count; i++) {
		strings[i] = text;
		text += strlen(text) + 1;
	}
	return strings;
}

void job_read(struct job *job)
{
	job->argv = read_strings(job->share, "argv");
	job->env = read_strings(job->share, "env");
	job->cwd = read_strings(job->share, "cwd")[0];
	job->out = NULL;
	if (!faccessat(job->share, "out", F_OK, 0))
		job->out = read_strings(job->share, "out")[0];
	if (!job->argv[0] || !job->cwd) {
		errno = 0;
		give_up("there is no command in the job");
	}
}

void job_status(const struct job *job, int status)
{
	int fd = openat(job->share, "status", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

	if (fd < 0 || dprintf(fd, "%d\n", code) < 0 || close(fd))
		give_up("writing how the command ended");
}
