// SPDX-License-Identifier: MIT
/* The device as a file: its node, and descriptors that go from process to process. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "support.h"
#include "users.h"

#define MISC_MAJOR 10

START_TEST(node)
{
	struct stat st;

	ck_assert_int_eq(stat(DEVICE, &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	ck_assert_uint_eq(st.st_mode & 07777, 0666);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_uint_eq(major(st.st_rdev), MISC_MAJOR);
}
END_TEST

static void open_and_call(void *arg)
{
	const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR };

	(void)arg;
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		close(device);
		device = open(DEVICE, flags[i] | O_CLOEXEC);
		ck_assert_msg(device >= 0, "open: %s", strerror(errno));
		expect(0, dev_create(20 + i, 0));
		expect(0, dev_send(20 + i, "x", 1));
		expect(1, dev_count(20 + i));
		expect(-EPERM, dev_count(SCENE_ID));
		expect(-EPERM, dev_shutdown());
	}
}

/* Anybody may open it, for whatever; what he may do with it is another matter. */
START_TEST(open_modes)
{
	scene_make();
	as_user(NOBODY, open_and_call, NULL);
	expect(1, dev_count(20));
}
END_TEST

static void call_as_nobody(void *arg)
{
	struct slmbx_stat st;

	(void)arg;
	expect(-EPERM, dev_count(SCENE_ID));
	expect(-EPERM, dev_init());
	expect(-EPERM, dev_shutdown());
	expect(0, dev_create(9, 1));
	expect(0, dev_stat(9, &st));
	ck_assert_uint_eq(st.owner, NOBODY);
}

/* Who calls counts, not who opened it: root's descriptor makes nobody root. */
START_TEST(inherited_by_fork)
{
	scene_make();
	as_user(NOBODY, call_as_nobody, NULL);
	expect(-EPERM, dev_count(9));
	expect(2, dev_count(SCENE_ID));
}
END_TEST

int file_child(int fd)
{
	device = fd;
	if (dev_count(SCENE_ID) != -EPERM)
		return 10;
	if (dev_shutdown() != -EPERM)
		return 11;
	if (dev_create(9, 1) != 0)
		return 12;
	return dev_count(9) == 0 ? 0 : 13;
}

static void exec_self(void *arg)
{
	char number[16];

	(void)arg;
	fcntl(device, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", device);
	execl("/proc/self/exe", "device", "--child", number, NULL);
	ck_abort_msg("exec: %s", strerror(errno));
}

START_TEST(inherited_by_exec)
{
	scene_make();
	as_user(NOBODY, exec_self, NULL);
	expect(-EPERM, dev_count(9));
	expect(2, dev_count(SCENE_ID));
}
END_TEST

/* @fd goes through a socket: it is the same open file in another process. */
static void send_fd(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec byte = { .iov_base = "", .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &byte,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	ck_assert_int_eq(sendmsg(socket, &msg, 0), 1);
}

static int receive_fd(int socket)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec bytes = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &bytes,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	ck_assert_int_eq(recvmsg(socket, &msg, MSG_CMSG_CLOEXEC), 1);
	ck_assert_ptr_nonnull(CMSG_FIRSTHDR(&msg));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void pass_own_device(void *arg)
{
	const int *sockets = arg;

	close(device);
	device = device_open();
	send_fd(sockets[1], device);
}

/* The other way: opened by nobody, it serves root as root. */
START_TEST(passed_by_socket)
{
	int sockets[2];

	scene_make();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	as_user(NOBODY, pass_own_device, sockets);
	close(device);
	device = receive_fd(sockets[0]);
	scene_check();
	expect(0, dev_shutdown());
	expect(0, dev_init());
}
END_TEST

/* Mailboxes are nobody's descriptor's. */
START_TEST(closed)
{
	scene_make();
	close(device);
	device = device_open();
	scene_check();
}
END_TEST

Suite *file_suite(void)
{
	Suite *suite = suite_create("file");
	TCase *tc = device_case(suite, "file", 30);

	tcase_add_test(tc, node);
	tcase_add_test(tc, open_modes);
	tcase_add_test(tc, inherited_by_fork);
	tcase_add_test(tc, inherited_by_exec);
	tcase_add_test(tc, passed_by_socket);
	tcase_add_test(tc, closed);
	return suite;
}
