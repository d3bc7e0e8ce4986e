// SPDX-License-Identifier: MIT
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "harness.h"
#include "tap.h"

#define PASSED_MARK ": Passed\n"

static pid_t filter_pid;
static int real_stdout;

/*
 * libcheck's "ok 7 - file:case:test: message" without the file, which for a test
 * that passed says nothing, and without the message if that is "Passed".
 */
static void print_result(const char *head, int head_len, char *test)
{
	char *message = strstr(test, ": " SKIP_MARK);
	size_t len;

	if (message && strncmp(head, "not ", 4) == 0) {
		*message = '\0';
		printf("%.*s%s # SKIP %s", head_len - 4, head + 4, test,
		       message + strlen(": " SKIP_MARK));
		return;
	}
	len = strlen(test);
	if (len > strlen(PASSED_MARK) && strcmp(test + len - strlen(PASSED_MARK), PASSED_MARK) == 0)
		strcpy(test + len - strlen(PASSED_MARK), "\n");
	printf("%.*s%s", head_len, head, test);
}

static void print_line(char *line)
{
	bool result = strncmp(line, "ok ", 3) == 0 || strncmp(line, "not ok ", 7) == 0;
	char *file = strstr(line, " - "), *test = file ? strchr(file, ':') : NULL;

	if (result && test)
		print_result(line, (int)(file - line) + 3, test + 1);
	else
		fputs(line, stdout);
	fflush(stdout);
}

static void filter(int from)
{
	FILE *lines = fdopen(from, "r");
	char *line = NULL;
	size_t size = 0;

	/* The end is the end of the input: the suite ends first whatever the signal. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	while (lines && getline(&line, &size, lines) > 0)
		print_line(line);
	_exit(lines ? 0 : 1);
}

int tap_begin(void)
{
	int fds[2];

	fflush(stdout);
	real_stdout = dup(STDOUT_FILENO);
	if (real_stdout < 0 || pipe(fds) != 0)
		return -1;
	filter_pid = fork();
	if (filter_pid < 0)
		return -1;
	if (filter_pid == 0) {
		close(fds[1]);
		filter(fds[0]);
	}
	close(fds[0]);
	if (dup2(fds[1], STDOUT_FILENO) < 0)
		return -1;
	return close(fds[1]);
}

int tap_end(void)
{
	int status;

	fflush(stdout);
	if (dup2(real_stdout, STDOUT_FILENO) < 0)
		return -1;
	close(real_stdout);
	while (waitpid(filter_pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	errno = EIO;
	return status == 0 ? 0 : -1;
}
