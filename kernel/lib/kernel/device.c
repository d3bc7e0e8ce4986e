// SPDX-License-Identifier: MIT
/*
 * The device engine: each call an ioctl(2) of /dev/slmbx.
 *
 * One descriptor serves the whole process, and its children: the driver keeps nothing
 * with an open file and takes each call for the task's that makes it. The program may
 * close it behind our back, and the number be another file's then. That shows by what
 * an ioctl answers; such a file is not ours to close.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/slmbx.h>
#include "../engine.h"
#include "../fd.h"
#include "../slmbx.h"
#include "arch.h"
#include "kernel.h"

#define DEVICE "/dev/slmbx"

/* New descriptors for one call. Other threads may close one just as it is made. */
#define ATTEMPTS 8

/*
 * The descriptor plus 1, 0 for none; above it, how often there was a new one. A new one
 * may get the number of one that was closed, and must not be taken for that.
 */
static _Atomic uint64_t device;

static int fd_of(uint64_t known)
{
	return (int)(uint32_t)known - 1;
}

static uint64_t next(uint64_t known, int fd)
{
	return ((known >> 32) + 1) << 32 | ((uint32_t)fd + 1);
}

/* Not glibc's, which returns an int. */
static long call_ioctl(int fd, unsigned long request, const void *arg)
{
	return slmbx_syscall3(SYS_ioctl, (unsigned long)fd, request, (uintptr_t)arg);
}

/* On init and create, which have two numbers each. */
static long enter_numbers(int fd, const struct slmbx_call *call)
{
	const struct slmbx_ioc_init init = { .ptrs = call->id, .prob = call->arg };
	const struct slmbx_ioc_create create = { .id = call->id, .protect = (int)call->arg };

	return call->nr == SLMBX_CALL_INIT ? call_ioctl(fd, SLMBX_IOC_INIT, &init) :
					     call_ioctl(fd, SLMBX_IOC_CREATE, &create);
}

static long enter_memory(int fd, const struct slmbx_call *call)
{
	const struct slmbx_ioc_message message = {
		.msg = call->mem,
		.id = call->id,
		.len = (uint32_t)call->size,
	};

	return call_ioctl(fd, call->nr == SLMBX_CALL_SEND ? SLMBX_IOC_SEND : SLMBX_IOC_RECV,
			  &message);
}

static long enter_stat(int fd, const struct slmbx_call *call)
{
	const struct slmbx_ioc_stat stat = {
		.stat = call->mem,
		.id = call->id,
		/* Too large a struct, in any case. */
		.size = call->size < UINT32_MAX ? (uint32_t)call->size : UINT32_MAX,
	};

	return call_ioctl(fd, SLMBX_IOC_STAT, &stat);
}

/* On a struct. */
static long enter_args(int fd, unsigned long request, const struct slmbx_call *call)
{
	const struct slmbx_ioc_args args = { .args = call->mem, .size = call->size };

	return call_ioctl(fd, request, &args);
}

static long enter(int fd, const struct slmbx_call *call)
{
	const __u32 id = call->id;

	switch (call->nr) {
	case SLMBX_CALL_INIT:
	case SLMBX_CALL_CREATE:
		return enter_numbers(fd, call);
	case SLMBX_CALL_SHUTDOWN:
		return call_ioctl(fd, SLMBX_IOC_SHUTDOWN, NULL);
	case SLMBX_CALL_DESTROY:
		return call_ioctl(fd, SLMBX_IOC_DESTROY, &id);
	case SLMBX_CALL_COUNT:
		return call_ioctl(fd, SLMBX_IOC_COUNT, &id);
	case SLMBX_CALL_LENGTH:
		return call_ioctl(fd, SLMBX_IOC_LENGTH, &id);
	case SLMBX_CALL_STAT:
		return enter_stat(fd, call);
	case SLMBX_CALL_SENDV:
		return enter_args(fd, SLMBX_IOC_SENDV, call);
	case SLMBX_CALL_RECVV:
		return enter_args(fd, SLMBX_IOC_RECVV, call);
	case SLMBX_CALL_SETTLE:
		return enter_args(fd, SLMBX_IOC_SETTLE, call);
	case SLMBX_CALL_LIST:
		return enter_args(fd, SLMBX_IOC_LIST, call);
	case SLMBX_CALL_SETATTR:
		return enter_args(fd, SLMBX_IOC_SETATTR, call);
	case SLMBX_CALL_PURGE:
		return call_ioctl(fd, SLMBX_IOC_PURGE, &id);
	default:
		return enter_memory(fd, call);
	}
}

static long enter_as(int fd, const struct slmbx_call *call)
{
	struct slmbx_identity own;
	long ret;

	if (call->as == SLMBX_SELF)
		return enter(fd, call);
	ret = slmbx_identity_take(call->as, &own);
	if (ret)
		return ret;
	ret = enter(fd, call);
	slmbx_identity_restore(&own);
	return ret;
}

static bool is_device(int fd)
{
	const struct slmbx_call question = { .nr = SLMBX_CALL_COUNT, .id = SLMBX_ID_NONE };

	return slmbx_is_answer(enter(fd, &question));
}

/* The errors a caller may see, each with one meaning. ENODEV has another for them. */
static int open_error(int err)
{
	switch (err) {
	case EACCES:
	case EPERM:
		return -EACCES;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return -err;
	default:
		return -ENOSYS;
	}
}

static int open_device(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return open_error(errno);
	if (!is_device(fd)) {
		slmbx_fd_close(fd);
		return -ENOSYS;
	}
	return slmbx_fd_raise(fd);
}

/* A descriptor of the device: the one we have, or a new one if it is that no more. */
static int get_device(void)
{
	uint64_t known = atomic_load(&device);
	int fd = fd_of(known);

	if (fd >= 0 && is_device(fd))
		return fd;
	fd = open_device();
	if (fd < 0 || atomic_compare_exchange_strong(&device, &known, next(known, fd)))
		return fd;
	/* Another thread was faster. */
	slmbx_fd_close(fd);
	return fd_of(known);
}

/* What another file may answer in place of the device; EINVAL may be the device's own. */
static bool is_doubtful(long ret)
{
	return ret == -EBADF || ret == -ENOTTY || ret == -EINVAL;
}

static long device_call(const struct slmbx_call *call)
{
	int fd = fd_of(atomic_load_explicit(&device, memory_order_relaxed));
	long ret = fd < 0 ? -EBADF : enter_as(fd, call);

	if (!is_doubtful(ret))
		return ret;

	/* Nothing was done, whoever answered, so it can be asked again. */
	for (int i = 0; i < ATTEMPTS; i++) {
		fd = get_device();
		if (fd < 0)
			return fd;
		ret = enter_as(fd, call);
		if (ret != -EBADF && ret != -ENOTTY)
			return ret;
	}
	/* Closed each time, by a program that closes all there is: as good as absent. */
	return -ENOSYS;
}

/*
 * Who is out of descriptors can't ask. That it may be opened counts then: else the
 * process would be with another engine from now on.
 */
static bool device_present(void)
{
	int fd = get_device();

	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
		return eaccess(DEVICE, R_OK | W_OK) == 0;
	return fd >= 0;
}

/* A program may unload the library: leave no descriptor behind. */
__attribute__((destructor)) static void unload(void)
{
	int fd = fd_of(atomic_exchange(&device, 0));

	if (fd >= 0 && is_device(fd))
		slmbx_fd_close(fd);
}

const struct slmbx_engine_ops slmbx_engine_device = {
	.name = "device",
	.present = device_present,
	.call = device_call,
};
