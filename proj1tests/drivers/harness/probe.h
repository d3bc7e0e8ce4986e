/* SPDX-License-Identifier: MIT */
/* Probes run as a user runs them: a command line, an exit status, two streams of text. */
#ifndef HARNESS_PROBE_H
#define HARNESS_PROBE_H

#include <stddef.h>
#include <sys/types.h>

/**
 * struct setting - around a command; all zeros is our own user, no input, output kept
 * @uid: the user it runs as; 0 is ourselves
 * @input: its standard input
 * @input_length: bytes of it
 * @output: path that standard output goes to; NULL to keep it; "" to close it
 */
struct setting {
	uid_t uid;
	const void *input;
	size_t input_length;
	const char *output;
};

/* What came of it. The texts end in a zero that isn't counted. */
struct outcome {
	int status; /* exit status; 256 + the signal that killed it */
	char *out;
	size_t out_length;
	char *err;
};

/* Runs the probe @argv[0], which stands beside the driver. */
struct outcome probe_run(const struct setting *setting, const char *const argv[]);
void probe_forget(struct outcome *outcome);

/* Starts one and doesn't wait; its standard input is @input, the other streams are ours. */
pid_t probe_start(int input, const char *const argv[]);

#define PROBE(...) ((const char *const[]){ __VA_ARGS__, NULL })

/*
 * The command must end with @status, print exactly @out, and say on standard error one line that holds
 * @err; NULL for nothing at all.
 */
#define expect_probe(status, out, err, ...) \
	probe_expect(__FILE__, __LINE__, &(struct setting){ 0 }, status, out, err, \
		     PROBE(__VA_ARGS__))
#define expect_probe_in(setting, status, out, err, ...) \
	probe_expect(__FILE__, __LINE__, setting, status, out, err, PROBE(__VA_ARGS__))

void probe_expect(const char *file, int line, const struct setting *setting, int status,
		  const char *out, const char *err, const char *const argv[]);

#endif /* HARNESS_PROBE_H */
