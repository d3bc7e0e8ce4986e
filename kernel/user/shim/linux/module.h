/* SPDX-License-Identifier: GPL-2.0 */
/* A program is never unloaded. */
#ifndef SHIM_LINUX_MODULE_H
#define SHIM_LINUX_MODULE_H

#define THIS_MODULE	NULL

struct module;

static inline void __module_get(struct module *module)
{
}

static inline void module_put(struct module *module)
{
}

#endif /* SHIM_LINUX_MODULE_H */
