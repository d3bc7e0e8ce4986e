// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stall.h"

#define STEP_MS 2

/**
 * struct caller - a child, in memory it shares with the test
 * @pid: its process
 * @memfd: what its memory is of, -1 with a plain caller
 * @uffd: the test's copy of the userfaultfd of its memory
 * @its_uffd: the child's descriptor of that
 * @page: the memory's address in the child
 * @ready: the fields above are set
 * @result: of the call
 * @returned: the call has returned
 */
struct caller {
	pid_t pid;
	int memfd;
	int uffd;
	int its_uffd;
	unsigned char *page;
	atomic_bool ready;
	long result;
	atomic_bool returned;
};

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static struct caller *caller_new(void)
{
	struct caller *caller = mmap(NULL, sizeof(*caller), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert(caller != MAP_FAILED);
	caller->memfd = -1;
	caller->uffd = -1;
	return caller;
}

/* In the child: a page of @caller->memfd that isn't there before the test brings it. */
static void map_absent_page(struct caller *caller)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	caller->page =
		mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, caller->memfd, 0);
	ck_assert(caller->page != MAP_FAILED);
	caller->its_uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	ck_assert_msg(caller->its_uffd >= 0, "userfaultfd: %s", strerror(errno));
	area.range.start = (uintptr_t)caller->page;
	area.range.len = page_size();
	ck_assert_msg(!ioctl(caller->its_uffd, UFFDIO_API, &api) &&
			      !ioctl(caller->its_uffd, UFFDIO_REGISTER, &area),
		      "userfaultfd: %s", strerror(errno));
}

static void make_call(struct caller *caller, stall_fn call, unsigned char *mem)
{
	caller->result = call(mem);
	atomic_store(&caller->returned, true);
	_exit(0);
}

/* The child's userfaultfd, which works on the child's memory whoever has it. */
static int take_uffd(const struct caller *caller)
{
	int pidfd = (int)syscall(SYS_pidfd_open, caller->pid, 0);
	int fd = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, caller->its_uffd, 0);

	ck_assert_msg(fd >= 0, "pidfd_getfd: %s", strerror(errno));
	close(pidfd);
	return fd;
}

static void await_ready(const struct caller *caller)
{
	for (int waited = 0; !atomic_load(&caller->ready); waited += STEP_MS) {
		ck_assert_msg(waited < PATIENCE_MS, "a child does not begin");
		usleep(STEP_MS * 1000);
	}
}

/* The kernel asks for the page: the call is in its copy. */
static void await_fault(const struct caller *caller)
{
	struct pollfd poll_fd = { .fd = caller->uffd, .events = POLLIN };
	struct uffd_msg msg;

	ck_assert_msg(poll(&poll_fd, 1, PATIENCE_MS) == 1, "nobody touches the memory");
	ck_assert_int_eq(read(caller->uffd, &msg, sizeof(msg)), sizeof(msg));
	ck_assert_int_eq(msg.event, UFFD_EVENT_PAGEFAULT);
}

/* 0 in the child, which doesn't outlive the test. */
static pid_t fork_caller(struct caller *caller)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid)
		caller->pid = pid;
	else
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

struct caller *caller_stalled(stall_fn call)
{
	struct caller *caller = caller_new();

	caller->memfd = memfd_create("stall", MFD_CLOEXEC);
	ck_assert_int_ge(caller->memfd, 0);
	ck_assert_int_eq(ftruncate(caller->memfd, (off_t)page_size()), 0);
	if (!fork_caller(caller)) {
		map_absent_page(caller);
		atomic_store(&caller->ready, true);
		make_call(caller, call, caller->page);
	}
	await_ready(caller);
	caller->uffd = take_uffd(caller);
	await_fault(caller);
	ck_assert(!caller_returned(caller));
	return caller;
}

static void on_signal(int sig)
{
}

/* Signals whose handler restarts nothing. */
static void start_storm(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } };

	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

struct caller *caller_plain(stall_fn call, bool signals)
{
	struct caller *caller = caller_new();

	if (!fork_caller(caller)) {
		static unsigned char mem[65536];

		if (signals)
			start_storm();
		make_call(caller, call, mem);
	}
	return caller;
}

static char state_of(pid_t pid)
{
	char path[64], line[512], *paren, state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	ck_assert_msg(file, "%s: %s", path, strerror(errno));
	/* "pid (name) state ..." */
	if (fgets(line, sizeof(line), file) && (paren = strrchr(line, ')')))
		state = paren[2];
	fclose(file);
	return state;
}

void caller_await_sleep(struct caller *caller)
{
	for (int waited = 0; state_of(caller->pid) != 'D'; waited += STEP_MS) {
		ck_assert_msg(!caller_returned(caller), "the call is %ld and did not wait",
			      caller->result);
		ck_assert_msg(waited < PATIENCE_MS, "the call does not come to wait");
		usleep(STEP_MS * 1000);
	}
}

void caller_release(struct caller *caller)
{
	struct uffdio_zeropage page = {
		.range = { .start = (uintptr_t)caller->page, .len = page_size() },
	};

	ck_assert_msg(!ioctl(caller->uffd, UFFDIO_ZEROPAGE, &page), "UFFDIO_ZEROPAGE: %s",
		      strerror(errno));
}

void caller_cut_off(struct caller *caller)
{
	struct uffdio_range range = { .start = (uintptr_t)caller->page, .len = page_size() };

	ck_assert_int_eq(ftruncate(caller->memfd, 0), 0);
	ck_assert_msg(!ioctl(caller->uffd, UFFDIO_WAKE, &range), "UFFDIO_WAKE: %s",
		      strerror(errno));
}

bool caller_returned(const struct caller *caller)
{
	return atomic_load(&caller->returned);
}

/* The child's end, and its wait status, within our patience. */
static int await_end(struct caller *caller)
{
	int status;

	for (int waited = 0; waitpid(caller->pid, &status, WNOHANG) != caller->pid;
	     waited += STEP_MS) {
		ck_assert_msg(waited < PATIENCE_MS, "a child does not end");
		usleep(STEP_MS * 1000);
	}
	if (caller->uffd >= 0)
		close(caller->uffd);
	if (caller->memfd >= 0)
		close(caller->memfd);
	return status;
}

long caller_result(struct caller *caller)
{
	int status = await_end(caller);
	long result = caller->result;

	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status) && caller_returned(caller),
		      "a child ended with status %#x", (unsigned int)status);
	munmap(caller, sizeof(*caller));
	return result;
}

void caller_kill(struct caller *caller)
{
	int status;

	caller_signal(caller, SIGKILL);
	status = await_end(caller);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
			      !caller_returned(caller),
		      "a child ended with status %#x", (unsigned int)status);
	munmap(caller, sizeof(*caller));
}

void caller_signal(const struct caller *caller, int sig)
{
	ck_assert_int_eq(kill(caller->pid, sig), 0);
}
