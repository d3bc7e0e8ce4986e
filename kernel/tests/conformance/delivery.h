/* SPDX-License-Identifier: MIT */
/*
 * The calls after the eight, as tests use them: patterned messages sent, received and
 * leased one at a time, every byte and field checked.
 */
#ifndef CONFORMANCE_DELIVERY_H
#define CONFORMANCE_DELIVERY_H

#include <stdint.h>
#include <unistd.h>

#include <slmbx.h>

#define MS ((uint64_t)1000000)
#define AGES (3600 * 1000 * MS)		/* longer than any test takes */

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t now(void);

/* Until @condition holds, which it must before the test's time-out. */
#define await(condition)              \
	do {                          \
		while (!(condition))  \
			usleep(1000); \
	} while (0)

/* Until @moment has passed. */
void sleep_until(uint64_t moment);

/* Of memory, as structs of the ABI have it. */
static inline uint64_t address(const void *at)
{
	return (uintptr_t)at;
}

/* Sends a patterned message by sendv; what the call returned. */
long try_send_timed(unsigned int id, unsigned int len, unsigned int seed, uint64_t delay,
		    uint64_t ttl);
/* The same; must succeed. */
void send_timed(unsigned int id, unsigned int len, unsigned int seed, uint64_t delay, uint64_t ttl);

/*
 * recvv of one message, with @flags, @lease and @deadline, which must be of @len bytes of
 * pattern @seed. Checks what says so, and that nothing else was written.
 */
struct slmbx_recvv_msg recv_one(unsigned int id, unsigned int flags, uint64_t lease,
				uint64_t deadline, unsigned int len, unsigned int seed);
/* Waits for it however long it takes, and removes it. */
struct slmbx_recvv_msg await_pattern(unsigned int id, unsigned int len, unsigned int seed);
struct slmbx_recvv_msg peek_pattern(unsigned int id, unsigned int len, unsigned int seed);
struct slmbx_recvv_msg lease_pattern(unsigned int id, uint64_t lease, unsigned int len,
				     unsigned int seed);
/* No message is ready: recvv, with every flag, says so and touches nothing. */
void expect_none(unsigned int id);

/* Settles one lease: its result, or what the call failed with. */
long settle_one(unsigned int id, const struct slmbx_recvv_msg *lease, unsigned int action,
		uint64_t time);

/* Must succeed. */
struct slmbx_stat stat_of(unsigned int id);
void expect_held(unsigned int id, unsigned int ready, unsigned int leased, unsigned int delayed);

long try_setattr(struct slmbx_setattr attributes);
/* Must succeed. */
void set_dead_letter(unsigned int id, unsigned int dead_letter, unsigned int max_deliveries);

#endif /* CONFORMANCE_DELIVERY_H */
