/* SPDX-License-Identifier: MIT */
/* Sending and receiving patterned messages, every byte checked. */
#ifndef CONFORMANCE_MAIL_H
#define CONFORMANCE_MAIL_H

/* Sends @len bytes of pattern @seed; must succeed. */
void send_pattern(unsigned int id, unsigned int len, unsigned int seed);

/*
 * Receives with room for @room bytes what must be a message of @len bytes of
 * pattern @seed. Checks the result, the bytes copied and the poison around them.
 */
void recv_pattern(unsigned int id, unsigned int room, unsigned int len, unsigned int seed);

/* The mailbox must be empty, and say so in each call. */
void expect_empty(unsigned int id);

#endif /* CONFORMANCE_MAIL_H */
