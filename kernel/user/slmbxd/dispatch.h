/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_DISPATCH_H
#define SLMBXD_DISPATCH_H

#include <linux/slmbxd.h>

/* Carries out @req as the current task; what the call returns, -ENOSYS for no call. */
long dispatch(const struct slmbxd_request *req);

#endif /* SLMBXD_DISPATCH_H */
