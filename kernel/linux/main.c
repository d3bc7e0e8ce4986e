// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "device.h"
#include "limits.h"
#include "mailbox/deadlines.h"
#include "proc.h"
#include "sysctl.h"

#ifndef CONFIG_64BIT
#error "slmbx needs a 64-bit kernel"
#endif

static int __init slmbx_start(void)
{
	int err;

	slmbx_limits_init();
	err = slmbx_sysctl_register();
	if (err)
		return err;
	err = slmbx_proc_register();
	if (err)
		goto out_sysctl;
	/* Last: from here on there are calls. */
	err = slmbx_device_register();
	if (err)
		goto out_proc;
	return 0;

out_proc:
	slmbx_proc_unregister();
out_sysctl:
	slmbx_sysctl_unregister();
	return err;
}
module_init(slmbx_start);

/* Not while the device is open or there is a system of mailboxes: both hold the module. */
static void __exit slmbx_end(void)
{
	slmbx_device_unregister();
	slmbx_proc_unregister();
	slmbx_sysctl_unregister();
	slmbx_deadlines_stop();
	/* What was freed a moment ago is freed by our code. */
	rcu_barrier();
}
module_exit(slmbx_end);

MODULE_DESCRIPTION("Mailboxes that outlive the processes that use them: /dev/slmbx");
MODULE_AUTHOR("The slmbx authors");
MODULE_LICENSE("GPL");
