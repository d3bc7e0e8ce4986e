// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/slmbx.h>

#include "entry.h"

const char *const engine_names[ENGINES] = { "syscall", "device" };

static int device = -1;

static long by_syscall(const struct call *call)
{
	long nr = SLMBX_SYSCALL(call->nr);

	switch (call->nr) {
	case SLMBX_CALL_INIT:
	case SLMBX_CALL_CREATE:
		return syscall(nr, call->id, call->arg);
	case SLMBX_CALL_SENDV:
	case SLMBX_CALL_RECVV:
	case SLMBX_CALL_SETTLE:
	case SLMBX_CALL_LIST:
	case SLMBX_CALL_SETATTR:
		return syscall(nr, call->mem, call->size);
	default:
		return syscall(nr, call->id, call->mem, call->size);
	}
}

static long by_ioctl(const struct call *call)
{
	struct slmbx_ioc_init init = { .ptrs = call->id, .prob = call->arg };
	struct slmbx_ioc_create create = { .id = call->id, .protect = (int)call->arg };
	struct slmbx_ioc_message message = {
		.msg = (uintptr_t)call->mem,
		.id = call->id,
		.len = (unsigned int)call->size,
	};
	struct slmbx_ioc_stat stat = {
		.stat = (uintptr_t)call->mem,
		.id = call->id,
		.size = (unsigned int)call->size,
	};
	struct slmbx_ioc_args args = { .args = (uintptr_t)call->mem, .size = call->size };

	switch (call->nr) {
	case SLMBX_CALL_INIT:
		return ioctl(device, SLMBX_IOC_INIT, &init);
	case SLMBX_CALL_SHUTDOWN:
		return ioctl(device, SLMBX_IOC_SHUTDOWN);
	case SLMBX_CALL_CREATE:
		return ioctl(device, SLMBX_IOC_CREATE, &create);
	case SLMBX_CALL_DESTROY:
		return ioctl(device, SLMBX_IOC_DESTROY, &call->id);
	case SLMBX_CALL_COUNT:
		return ioctl(device, SLMBX_IOC_COUNT, &call->id);
	case SLMBX_CALL_SEND:
		return ioctl(device, SLMBX_IOC_SEND, &message);
	case SLMBX_CALL_RECV:
		return ioctl(device, SLMBX_IOC_RECV, &message);
	case SLMBX_CALL_LENGTH:
		return ioctl(device, SLMBX_IOC_LENGTH, &call->id);
	case SLMBX_CALL_STAT:
		return ioctl(device, SLMBX_IOC_STAT, &stat);
	case SLMBX_CALL_SENDV:
		return ioctl(device, SLMBX_IOC_SENDV, &args);
	case SLMBX_CALL_RECVV:
		return ioctl(device, SLMBX_IOC_RECVV, &args);
	case SLMBX_CALL_SETTLE:
		return ioctl(device, SLMBX_IOC_SETTLE, &args);
	case SLMBX_CALL_LIST:
		return ioctl(device, SLMBX_IOC_LIST, &args);
	case SLMBX_CALL_SETATTR:
		return ioctl(device, SLMBX_IOC_SETATTR, &args);
	case SLMBX_CALL_PURGE:
		return ioctl(device, SLMBX_IOC_PURGE, &call->id);
	}
	errno = ENOTTY;
	return -1;
}

bool entry_use(enum engine engine)
{
	const struct call count = { .nr = SLMBX_CALL_COUNT, .id = 1 };

	if (device >= 0)
		close(device);
	device = -1;
	if (engine == DEVICE) {
		device = open("/dev/slmbx", O_RDWR | O_CLOEXEC);
		return device >= 0;
	}
	errno = ENOSYS;
	return enter(&count) != -ENOSYS;
}

long enter(const struct call *call)
{
	long result = device < 0 ? by_syscall(call) : by_ioctl(call);

	return result < 0 ? -errno : result;
}
