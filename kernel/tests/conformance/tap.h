/* SPDX-License-Identifier: MIT */
#ifndef CONFORMANCE_TAP_H
#define CONFORMANCE_TAP_H

/*
 * libcheck writes TAP but knows no skips. From tap_begin() to tap_end() what
 * goes to stdout passes a child, which turns failures marked SKIP_MARK into
 * TAP's skips. Each returns -1 with errno set on failure.
 */
int tap_begin(void);
int tap_end(void);

#endif /* CONFORMANCE_TAP_H */
