// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/slmbx: each call as an ioctl. An open file holds the module and nothing
 * else: who calls is the task that does, whoever opened it.
 *
 * An ioctl's number says how large its struct is, so another size is another,
 * unknown number. All structs are the same for 32-bit callers.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slmbx.h>
#include <linux/uaccess.h>

#include "device.h"
#include "entry.h"
#include "mailbox/calls.h"

static long ioctl_init(const struct slmbx_ioc_init __user *argp)
{
	struct slmbx_ioc_init arg;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	return slmbx_do_init(arg.ptrs, arg.prob);
}

static long ioctl_create(const struct slmbx_ioc_create __user *argp)
{
	struct slmbx_ioc_create arg;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	return slmbx_enter_create(arg.id, arg.protect);
}

static long ioctl_id(const u32 __user *argp, long (*call)(u32 id))
{
	u32 id;

	if (get_user(id, argp))
		return -EFAULT;
	return call(id);
}

static long ioctl_send(const struct slmbx_ioc_message __user *argp)
{
	struct slmbx_ioc_message arg;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	return slmbx_enter_send(arg.id, u64_to_user_ptr(arg.msg), arg.len);
}

static long ioctl_recv(const struct slmbx_ioc_message __user *argp)
{
	struct slmbx_ioc_message arg;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	return slmbx_enter_recv(arg.id, u64_to_user_ptr(arg.msg), arg.len);
}

/* A call whose arguments are a struct of its own. */
static long ioctl_args(unsigned int cmd, const struct slmbx_ioc_args __user *argp)
{
	struct slmbx_ioc_args arg;
	void __user *args;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	args = u64_to_user_ptr(arg.args);
	switch (cmd) {
	case SLMBX_IOC_SENDV:
		return slmbx_enter_sendv(args, arg.size);
	case SLMBX_IOC_RECVV:
		return slmbx_enter_recvv(args, arg.size);
	case SLMBX_IOC_SETTLE:
		return slmbx_enter_settle(args, arg.size);
	case SLMBX_IOC_LIST:
		return slmbx_do_list(args, arg.size);
	case SLMBX_IOC_SETATTR:
		return slmbx_do_setattr(args, arg.size);
	default:
		return -ENOTTY;
	}
}

static long ioctl_stat(const struct slmbx_ioc_stat __user *argp)
{
	struct slmbx_ioc_stat arg;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	return slmbx_do_stat(arg.id, u64_to_user_ptr(arg.stat), arg.size);
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case SLMBX_IOC_INIT:
		return ioctl_init(argp);
	case SLMBX_IOC_SHUTDOWN:
		return slmbx_do_shutdown();
	case SLMBX_IOC_CREATE:
		return ioctl_create(argp);
	case SLMBX_IOC_DESTROY:
		return ioctl_id(argp, slmbx_enter_destroy);
	case SLMBX_IOC_COUNT:
		return ioctl_id(argp, slmbx_do_count);
	case SLMBX_IOC_SEND:
		return ioctl_send(argp);
	case SLMBX_IOC_RECV:
		return ioctl_recv(argp);
	case SLMBX_IOC_LENGTH:
		return ioctl_id(argp, slmbx_do_length);
	case SLMBX_IOC_STAT:
		return ioctl_stat(argp);
	case SLMBX_IOC_PURGE:
		return ioctl_id(argp, slmbx_do_purge);
	case SLMBX_IOC_SENDV:
	case SLMBX_IOC_RECVV:
	case SLMBX_IOC_SETTLE:
	case SLMBX_IOC_LIST:
	case SLMBX_IOC_SETATTR:
		return ioctl_args(cmd, argp);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "slmbx",
	.fops = &device_fops,
	.mode = 0666,
};

int slmbx_device_register(void)
{
	return misc_register(&device);
}

void slmbx_device_unregister(void)
{
	misc_deregister(&device);
}
