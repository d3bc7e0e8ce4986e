// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "random.h"
#include "stall.h"

#define PAGE_SIZE 4096U
#define DELAY_MIN_US 200
#define DELAY_MAX_US 20000

static struct {
	int fd;
	struct arena *arena;
	struct lane *lanes;
	unsigned int n;
} pager;

int stall_open(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		return -1;
	}
	return fd;
}

int stall_probe(void)
{
	int fd = stall_open();

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void bring_page(const struct lane *lane, size_t offset)
{
	struct uffdio_copy copy = { .dst = (uintptr_t)lane->at + offset,
				    .src = (uintptr_t)lane->content + offset,
				    .len = PAGE_SIZE };

	if (ioctl(pager.fd, UFFDIO_COPY, &copy))
		_exit(3);
}

static void take_away(const struct lane *lane)
{
	struct uffdio_range range = { .start = (uintptr_t)lane->at, .len = LANE_SIZE };

	if (mprotect(lane->at, LANE_SIZE, PROT_NONE) || ioctl(pager.fd, UFFDIO_WAKE, &range))
		_exit(3);
}

static void serve_fault(struct lane *lane, size_t offset)
{
	if (atomic_fetch_sub(&lane->pages_left, 1) != 0) {
		bring_page(lane, offset);
		return;
	}
	usleep(lane->delay_us);
	atomic_fetch_add(&pager.arena->stalls[!lane->sending][lane->fate], 1);
	if (lane->fate == FATE_KILL)
		kill(getpid(), SIGKILL);
	if (lane->fate == FATE_FAULT)
		take_away(lane);
	else
		bring_page(lane, offset);
}

static void serve_address(uintptr_t address)
{
	for (unsigned int i = 0; i < pager.n; i++) {
		size_t offset = address - (uintptr_t)pager.lanes[i].at;

		if (offset < LANE_SIZE)
			serve_fault(&pager.lanes[i], offset & ~(size_t)(PAGE_SIZE - 1));
	}
}

static void *serve(void *unused)
{
	struct uffd_msg msg;

	for (;;) {
		ssize_t got = read(pager.fd, &msg, sizeof(msg));

		if (got == sizeof(msg) && msg.event == UFFD_EVENT_PAGEFAULT)
			serve_address(msg.arg.pagefault.address);
		else if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			_exit(3);
	}
	return NULL;
}

static bool map_lane(int fd, struct lane *lane)
{
	const int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	struct uffdio_register reg = { .range.len = LANE_SIZE,
				       .mode = UFFDIO_REGISTER_MODE_MISSING };

	lane->at = mmap(NULL, LANE_SIZE, prot, flags, -1, 0);
	lane->content = mmap(NULL, LANE_SIZE, prot, flags, -1, 0);
	if (lane->at == MAP_FAILED || lane->content == MAP_FAILED)
		return false;
	reg.range.start = (uintptr_t)lane->at;
	return ioctl(fd, UFFDIO_REGISTER, &reg) == 0;
}

bool stall_start(int fd, struct arena *arena, struct lane *lanes, unsigned int n)
{
	pthread_t thread;

	pager.fd = fd;
	pager.arena = arena;
	pager.lanes = lanes;
	pager.n = n;
	for (unsigned int i = 0; i < n; i++)
		if (!map_lane(fd, &lanes[i]))
			return false;
	return pthread_create(&thread, NULL, serve, NULL) == 0;
}

void lane_prepare(struct lane *lane, bool sending, enum fate fate, uint64_t *random)
{
	lane->sending = sending;
	lane->fate = fate;
	lane->delay_us = DELAY_MIN_US + random_below(random, DELAY_MAX_US - DELAY_MIN_US);
	/* Mostly the first page; else some of the message is copied before. */
	atomic_store(&lane->pages_left, random_once_in(random, 3));
}

void lane_reset(struct lane *lane)
{
	if (lane->fate == FATE_FAULT && mprotect(lane->at, LANE_SIZE, PROT_READ | PROT_WRITE))
		_exit(3);
	if (madvise(lane->at, LANE_SIZE, MADV_DONTNEED))
		_exit(3);
}
