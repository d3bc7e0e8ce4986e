// SPDX-License-Identifier: MIT
/*
 * The device's descriptor: closed by the program, replaced, inherited, unloaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "support.h"

#define ID 5
#define THREADS 16

/* Every call does what it should, whatever has become of the descriptor before it. */
static void use_all(void (*before)(void))
{
	unsigned char byte = 'x', in = 0;
	struct slmbx_stat st;

#define after(call) (before(), (call))
	ck_assert_int_eq(after(slmbx_create(ID, 0)), 0);
	ck_assert_int_eq(after(slmbx_create(ID, 0)), -EEXIST);
	ck_assert_int_eq(after(slmbx_create(SLMBX_ID_NONE, 0)), -EINVAL);
	ck_assert_int_eq(after(slmbx_send(ID, &byte, 1)), 0);
	ck_assert_int_eq(after(slmbx_send(ID, NULL, 1)), -EFAULT);
	ck_assert_int_eq(after(slmbx_count(ID)), 1);
	ck_assert_int_eq(after(slmbx_length(ID)), 1);
	ck_assert_int_eq(after(slmbx_stat(ID, &st, sizeof(st))), 0);
	ck_assert_uint_eq(st.count, 1);
	ck_assert_int_eq(after(slmbx_stat(ID, &st, 1)), -EINVAL);
	ck_assert_int_eq(after(slmbx_recv(ID, &in, 1)), 1);
	ck_assert_uint_eq(in, 'x');
	ck_assert_int_eq(after(slmbx_destroy(ID)), 0);
	ck_assert_int_eq(after(slmbx_count(ID)), -ENOENT);
	ck_assert_int_eq(after(slmbx_init(0, 4)), -EINVAL);
	ck_assert_int_eq(after(slmbx_init(16, 4)), -EEXIST);
	ck_assert_int_eq(after(slmbx_shutdown()), 0);
	ck_assert_int_eq(after(slmbx_count(ID)), -ENODEV);
	ck_assert_int_eq(after(slmbx_init(16, 4)), 0);
	before();
	ck_assert_str_eq(slmbx_engine(), "device");
}

static void close_it(void)
{
	ck_assert_int_eq(close(library_fd()), 0);
}

START_TEST(closed_by_the_program)
{
	unsigned int fds = count_fds(false);

	use_all(close_it);
	ck_assert_uint_eq(count_fds(false), fds);
	expect_library_fds();
}
END_TEST

/* Somebody else's file has the number, which must be neither used nor closed. */
static int (*open_other)(void);
static int other;

static int open_null(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int open_file(void)
{
	return open(test_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_path(void)
{
	return open("/dev/slmbx", O_PATH | O_CLOEXEC);
}

static int open_pipe(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	close(ends[1]);
	return ends[0];
}

static int open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int open_counter(void)
{
	return eventfd(0, EFD_CLOEXEC);
}

static int (*const openers[])(void) = {
	open_null, open_file, open_path, open_pipe, open_socket, open_counter,
};

static void replace_it(void)
{
	struct stat st;
	int fd;

	/* The file put there the last time. */
	if (other >= 0)
		ck_assert_int_eq(close(other), 0);
	other = library_fd();
	fd = open_other();
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, other), other);
	close(fd);
	ck_assert_int_eq(fstat(other, &st), 0);
}

START_TEST(replaced_by_the_program)
{
	struct stat before, after;

	other = -1;
	open_other = openers[_i];
	use_all(replace_it);
	ck_assert_int_eq(fstat(other, &before), 0);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	ck_assert_int_eq(fstat(other, &after), 0);
	ck_assert(before.st_dev == after.st_dev && before.st_ino == after.st_ino);
}
END_TEST

/* The same device, opened by the program itself: as good as ours. */
START_TEST(replaced_by_the_device)
{
	int fd = open("/dev/slmbx", O_RDWR | O_CLOEXEC), ours = library_fd();

	ck_assert_int_ge(fd, 0);
	ck_assert_int_lt(fd, ours);
	ck_assert_int_eq(dup2(fd, ours), ours);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	expect_library_fds();
}
END_TEST

START_TEST(kept_out_of_the_way)
{
	int fd = library_fd();

	ck_assert_int_ge(fd, 256);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

/* Out of descriptors, with ours closed: an error that says so, and then all is well. */
START_TEST(no_descriptors_left)
{
	struct rlimit limit, none;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	close_it();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(slmbx_count(ID), -EMFILE);
	ck_assert_int_eq(slmbx_create(ID, 0), -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	expect_library_fds();
}
END_TEST

START_TEST(few_descriptors)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 64;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	close_it();
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
}
END_TEST

/* Acting for one who may not open the device: it was opened before. */
START_TEST(opened_as_oneself)
{
	ck_assert_int_eq(chmod("/dev/slmbx", 0600), 0);
	slmbx_act_as(UID_NOBODY);
	close_it();
	ck_assert_int_eq(slmbx_create(ID, 1), 0);
	ck_assert_int_eq(slmbx_count(ID), 0);
	close_it();
	ck_assert_int_eq(seteuid(UID_OTHER), 0);
	slmbx_act_as(SLMBX_SELF);
	ck_assert_int_eq(slmbx_count(ID), -EACCES);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(slmbx_count(ID), -EPERM);
	ck_assert_int_eq(chmod("/dev/slmbx", 0666), 0);
}
END_TEST

/* A child uses its parent's open file, and each is its own caller all the same. */
START_TEST(inherited)
{
	int ends[2];
	char byte;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(slmbx_create(ID, 1), 0);
	child = fork();
	if (!child) {
		ck_assert_int_eq(setresuid(UID_NOBODY, UID_NOBODY, UID_NOBODY), 0);
		ck_assert_int_eq(slmbx_count(ID), -EPERM);
		ck_assert_int_eq(slmbx_create(ID + 1, 1), 0);
		/* It may close its copy. */
		close_it();
		ck_assert_int_eq(slmbx_count(ID + 1), 0);
		ck_assert_int_eq(write(ends[1], "x", 1), 1);
		_exit(0);
	}
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(slmbx_count(ID), 0);
	ck_assert_int_eq(slmbx_count(ID + 1), -EPERM);
	wait_child(child);
	expect_library_fds();
}
END_TEST

static atomic_bool over;
static atomic_uint failures;

static void *call_on(void *arg)
{
	unsigned int id = 100 + (unsigned int)(uintptr_t)arg, i;
	unsigned char in[sizeof(i)];

	for (i = 0; !over; i++) {
		if (slmbx_send(id, (unsigned char *)&i, sizeof(i)) ||
		    slmbx_recv(id, in, sizeof(in)) != sizeof(in) || memcmp(in, &i, sizeof(i)))
			failures++;
	}
	return NULL;
}

/* The program closes the descriptor, or makes it another file, among the calls of threads. */
START_TEST(closed_among_threads)
{
	pthread_t threads[THREADS];
	double end = now() + 3;
	unsigned int fds;

	for (uintptr_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(slmbx_create(100 + (unsigned int)i, 0), 0);
		ck_assert_int_eq(pthread_create(&threads[i], NULL, call_on, (void *)i), 0);
	}
	fds = count_fds(false);
	while (now() < end) {
		if (count_fds(true))
			close(library_fd());
		sleep_ms(10);
	}
	over = true;
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_uint_eq(failures, 0);
	/* Two threads that open at once may leave one too many behind, but not one each time. */
	ck_assert_uint_le(count_fds(false), fds + 8);
}
END_TEST

static void load_module(void)
{
	int fd = open(getenv("SLMBX_MODULE"), O_RDONLY | O_CLOEXEC);

	ck_assert_msg(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0), "%s: %s",
		      getenv("SLMBX_MODULE"), strerror(errno));
	close(fd);
}

/* An open descriptor keeps the module; without one it may go, and come again. */
START_TEST(unloaded_and_loaded_again)
{
	ck_assert_int_eq(slmbx_shutdown(), 0);
	ck_assert_int_eq(syscall(SYS_delete_module, "slmbx", O_NONBLOCK), -1);
	ck_assert_int_eq(errno, EAGAIN);
	for (int i = 0; i < 3; i++) {
		close_it();
		ck_assert_int_eq(syscall(SYS_delete_module, "slmbx", O_NONBLOCK), 0);
		expect_no_engine(-ENOSYS);
		load_module();
		ck_assert_str_eq(slmbx_engine(), "device");
		ck_assert_int_eq(slmbx_count(ID), -ENODEV);
		expect_library_fds();
	}
}
END_TEST

Suite *device_suite(void)
{
	const int kinds = sizeof(openers) / sizeof(*openers);
	Suite *s = suite_create("device");
	TCase *tc = engine_case("device");

	tcase_add_test(tc, closed_by_the_program);
	tcase_add_loop_test(tc, replaced_by_the_program, 0, kinds);
	tcase_add_test(tc, replaced_by_the_device);
	tcase_add_test(tc, kept_out_of_the_way);
	tcase_add_test(tc, no_descriptors_left);
	tcase_add_test(tc, few_descriptors);
	tcase_add_test(tc, opened_as_oneself);
	tcase_add_test(tc, inherited);
	tcase_add_test(tc, closed_among_threads);
	if (getenv("SLMBX_MODULE"))
		tcase_add_test(tc, unloaded_and_loaded_again);
	suite_add_tcase(s, tc);
	return s;
}
