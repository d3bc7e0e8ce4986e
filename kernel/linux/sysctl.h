/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_SYSCTL_H
#define SLMBX_SYSCTL_H

#ifdef CONFIG_SYSCTL
int slmbx_sysctl_register(void);
void slmbx_sysctl_unregister(void);
#else
static inline int slmbx_sysctl_register(void)
{
	return 0;
}

static inline void slmbx_sysctl_unregister(void)
{
}
#endif

#endif /* SLMBX_SYSCTL_H */
