/* SPDX-License-Identifier: MIT */
/*
 * What messages say: their name first, then bytes that follow from it, so that any
 * part of a message that holds its name can be verified by itself.
 */
#ifndef STRESS_MESSAGE_H
#define STRESS_MESSAGE_H

#include "op.h"

#define MESSAGE_HEADER 24U
#define MESSAGE_MAX (160U << 10)

/* Writes the message that @op sends. One of no bytes has no name. */
void message_fill(unsigned char *bytes, const struct plan *plan, const struct op *op);

/* Looks at the @op->result bytes received, and writes into @op what they are. */
void message_recognise(const unsigned char *bytes, const struct plan *plan, struct op *op);

#endif /* STRESS_MESSAGE_H */
