/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_HEAP_H
#define SLMBXD_HEAP_H

/* Gives the memory that was freed back to the system. */
void heap_release(void);

#endif /* SLMBXD_HEAP_H */
