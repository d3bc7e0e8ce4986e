/* SPDX-License-Identifier: MIT */
/* Failures told to people: the errno's name, what happened, what to do about it. */
#ifndef COMMON_FAILURE_H
#define COMMON_FAILURE_H

/*
 * Says on standard error why @call (a probe's name, "slmbx_send") answered @result, a negative
 * errno, for mailbox @id. Returns EXIT_FAILURE.
 */
int failure_call(const char *call, unsigned int id, long result);

/*
 * The same for @error, an errno of reading or writing; the sentence of @format says what was tried
 * and what became of the message. Returns EXIT_FAILURE.
 */
int failure_io(const char *program, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "ENOENT"; "errno 4711" where the C library has no name. Not thread-safe. */
const char *failure_name(int error);

#endif /* COMMON_FAILURE_H */
