// SPDX-License-Identifier: MIT
/* Runs driver programs one after the other and makes one TAP stream of theirs. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned int passed, failed, skipped;

static void report(bool ok, const char *driver, const char *what, const char *skip)
{
	printf("%sok %u - %s:%s%s%s\n", ok ? "" : "not ", passed + failed + skipped + 1, driver,
	       what, *skip ? " # SKIP " : "", skip);
	if (!ok)
		failed++;
	else if (*skip)
		skipped++;
	else
		passed++;
}

/*
 * Of "ok 12 - file:case:test: Passed" what stands behind the file; of one that failed the message too.
 * The file is where an assertion was last, which may be the harness.
 */
static const char *description(char *line)
{
	static const char tail[] = ": Passed";
	size_t length = strlen(line), tail_length = sizeof(tail) - 1;
	char *colon;

	if (length > tail_length && !strcmp(line + length - tail_length, tail))
		line[length - tail_length] = '\0';
	colon = strchr(line, ':');
	return colon ? colon + 1 : line;
}

/* Passes a driver's lines on under our numbers; returns how many tests lacked of its plan. */
static int merge(FILE *stream, const char *driver)
{
	char *line = NULL, skip[256] = "";
	size_t size = 0;
	int planned = -1, seen = 0;

	while (getline(&line, &size, stream) > 0) {
		bool ok = !strncmp(line, "ok ", 3);

		line[strcspn(line, "\n")] = '\0';
		if (ok || !strncmp(line, "not ok ", 7)) {
			report(ok, driver, description(line), skip);
			*skip = '\0';
			seen++;
		} else if (!strncmp(line, "# SKIP ", 7)) {
			snprintf(skip, sizeof(skip), "%s", line + 7);
		} else if (sscanf(line, "1..%d", &planned) != 1) {
			/* A further line of a message. */
			printf("%s%s\n", *line == '#' ? "" : "# ", line);
		}
	}
	free(line);
	return planned - seen;
}

static void run(const char *driver)
{
	const char *slash = strrchr(driver, '/'), *name = slash ? slash + 1 : driver;
	unsigned int failed_before = failed;
	char problem[128];
	int ends[2], status, lacking;
	FILE *stream;
	pid_t child;

	printf("# %s\n", name);
	fflush(NULL);
	if (pipe(ends) || (child = fork()) < 0 || (child && !(stream = fdopen(ends[0], "r")))) {
		perror("run_drivers");
		exit(EXIT_FAILURE);
	}
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(driver, name, NULL);
		perror(driver);
		_exit(127);
	}
	close(ends[1]);
	lacking = merge(stream, name);
	fclose(stream);
	if (waitpid(child, &status, 0) != child)
		status = -1;
	snprintf(problem, sizeof(problem), " ended with wait status %d, %d of its tests not run",
		 status, lacking);
	/* A driver that failed without a test that failed, or that left tests out. */
	if (lacking || (status && failed == failed_before))
		report(false, name, problem, "");
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "run_drivers: name the drivers to run\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("1..%u\n", passed + failed + skipped);
	printf("# %u passed, %u failed, %u skipped\n", passed, failed, skipped);
	if (fflush(stdout) || ferror(stdout))
		return EXIT_FAILURE;
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
