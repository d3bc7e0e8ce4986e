/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_REPORT_H
#define SLMBXD_REPORT_H

/* One line on stderr, with the daemon's name before it. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* SLMBXD_REPORT_H */
