/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_PROC_H
#define SLMBX_PROC_H

#ifdef CONFIG_PROC_FS
int slmbx_proc_register(void);
void slmbx_proc_unregister(void);
#else
static inline int slmbx_proc_register(void)
{
	return 0;
}

static inline void slmbx_proc_unregister(void)
{
}
#endif

#endif /* SLMBX_PROC_H */
