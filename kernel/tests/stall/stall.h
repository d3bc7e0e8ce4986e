/* SPDX-License-Identifier: MIT */
/*
 * Calls that stop in the middle: a child makes one on memory whose pages come only
 * when the test brings them, and until then the kernel is in the copy.
 */
#ifndef STALL_H
#define STALL_H

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>
#include <slmbx.h>

/* For all a test waits for. */
#define PATIENCE_MS 20000

#define BOX 7
#define OTHER_BOX 8

/* The messages that wait in BOX; neither fits the other's length. */
#define FIRST_LEN 3000
#define SECOND_LEN 500

#define expect(want, call)                                                           \
	do {                                                                         \
		long got_ = (call), want_ = (want);                                  \
		ck_assert_msg(got_ == want_, "%s is %ld, not %ld", #call, got_, want_); \
	} while (0)

typedef long (*stall_fn)(unsigned char *mem);

struct caller;

/* A child that makes the call on memory that doesn't come; returns once it is stuck there. */
struct caller *caller_stalled(stall_fn call);
/* A child that makes the call on its ordinary memory, with or without a storm of signals. */
struct caller *caller_plain(stall_fn call, bool signals);

/* Waits until the child sleeps in the kernel and can't be interrupted by a signal. */
void caller_await_sleep(struct caller *caller);

/* The page comes, zeroed; or its end: what it was of is cut off, and the address is bad. */
void caller_release(struct caller *caller);
void caller_cut_off(struct caller *caller);

/* Whether the call has returned by now. */
bool caller_returned(const struct caller *caller);
/* Waits for that; what it returned. The child has ended. */
long caller_result(struct caller *caller);
/* SIGKILL: the child ends before anything else has to. */
void caller_kill(struct caller *caller);
void caller_signal(const struct caller *caller, int sig);

/* Byte @i of the message that waits first, and of the other. */
void fill_message(unsigned char *bytes, unsigned int len);
bool is_message(const unsigned char *bytes, unsigned int len);

/* The fixture: a system with the two messages in BOX, and OTHER_BOX empty. */
void stall_setup(void);
void stall_teardown(void);
/* They are there, whole and in order, and are received. */
void expect_both_messages(void);

Suite *receiver_suite(void);
Suite *sender_suite(void);

#endif /* STALL_H */
