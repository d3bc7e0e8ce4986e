/* SPDX-License-Identifier: MIT */
/* Where a probe writes to. Every error shows: full disks, closed pipes, bad paths. */
#ifndef COMMON_OUTPUT_H
#define COMMON_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct output - an open place for a message
 * @stream: what to write to
 * @name: what to call it in a sentence
 * @created: the file wasn't there before
 * @error: errno of the first write that failed
 */
struct output {
	FILE *stream;
	const char *name;
	bool created;
	int error;
};

/*
 * Opens @path, or standard output for NULL, and checks that it can be written, so that a message
 * isn't taken for a place that can't keep it. What a file holds stays until output_start(). Returns
 * 0 or an errno.
 */
int output_open(struct output *out, const char *path);

/* There is a message to write: empties a file that was there before. Returns 0 or an errno. */
int output_start(struct output *out);

/* Writes @length bytes; an error shows when it is closed. */
void output_write(struct output *out, const void *bytes, size_t length);

/* Writes out what is buffered and closes. Returns 0, or the errno of the first write that failed. */
int output_close(struct output *out);

/* There is nothing to write after all: leaves everything as it was before output_open(). */
void output_abandon(struct output *out);

/* The end of a program that printed to stdout: its exit status, 0 if all of it was written. */
int output_finish(const char *program);

#endif /* COMMON_OUTPUT_H */
