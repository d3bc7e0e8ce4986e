// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "support.h"

int device = -1;
const char *module_path;

int device_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "%s: %s", DEVICE, strerror(errno));
	return fd;
}

/* Not glibc's, which returns an int. */
long device_ioctl(int fd, unsigned long request, const void *arg)
{
	long ret = syscall(SYS_ioctl, fd, request, arg);

	return ret < 0 ? -errno : ret;
}

long dev_init(void)
{
	const struct slmbx_ioc_init arg = { .ptrs = 8, .prob = 2 };

	return device_ioctl(device, SLMBX_IOC_INIT, &arg);
}

long dev_shutdown(void)
{
	return device_ioctl(device, SLMBX_IOC_SHUTDOWN, NULL);
}

long dev_create(unsigned int id, int protect)
{
	const struct slmbx_ioc_create arg = { .id = id, .protect = protect };

	return device_ioctl(device, SLMBX_IOC_CREATE, &arg);
}

long dev_destroy(unsigned int id)
{
	return device_ioctl(device, SLMBX_IOC_DESTROY, &id);
}

long dev_count(unsigned int id)
{
	return device_ioctl(device, SLMBX_IOC_COUNT, &id);
}

long dev_length(unsigned int id)
{
	return device_ioctl(device, SLMBX_IOC_LENGTH, &id);
}

long dev_send(unsigned int id, const void *bytes, unsigned int len)
{
	const struct slmbx_ioc_message arg = { .msg = (uintptr_t)bytes, .id = id, .len = len };

	return device_ioctl(device, SLMBX_IOC_SEND, &arg);
}

long dev_recv(unsigned int id, void *bytes, unsigned int len)
{
	const struct slmbx_ioc_message arg = { .msg = (uintptr_t)bytes, .id = id, .len = len };

	return device_ioctl(device, SLMBX_IOC_RECV, &arg);
}

long dev_stat(unsigned int id, struct slmbx_stat *st)
{
	const struct slmbx_ioc_stat arg = { .stat = (uintptr_t)st, .id = id, .size = sizeof(*st) };

	return device_ioctl(device, SLMBX_IOC_STAT, &arg);
}

static long call_args(unsigned long request, const void *args, size_t size)
{
	const struct slmbx_ioc_args arg = { .args = (uintptr_t)args, .size = size };

	return device_ioctl(device, request, &arg);
}

long dev_sendv(const struct slmbx_sendv *args, size_t size)
{
	return call_args(SLMBX_IOC_SENDV, args, size);
}

long dev_recvv(struct slmbx_recvv *args, size_t size)
{
	return call_args(SLMBX_IOC_RECVV, args, size);
}

long dev_settle(const struct slmbx_settle *args, size_t size)
{
	return call_args(SLMBX_IOC_SETTLE, args, size);
}

long dev_list(const struct slmbx_list *args, size_t size)
{
	return call_args(SLMBX_IOC_LIST, args, size);
}

long dev_setattr(const struct slmbx_setattr *args, size_t size)
{
	return call_args(SLMBX_IOC_SETATTR, args, size);
}

long dev_purge(unsigned int id)
{
	return device_ioctl(device, SLMBX_IOC_PURGE, &id);
}

void scene_make(void)
{
	expect(0, dev_init());
	expect(0, dev_create(SCENE_ID, 1));
	expect(0, dev_send(SCENE_ID, "first", 5));
	expect(0, dev_send(SCENE_ID, "second", 6));
}

void scene_check(void)
{
	struct slmbx_stat st;
	char byte;

	expect(0, dev_stat(SCENE_ID, &st));
	ck_assert_uint_eq(st.count, 2);
	ck_assert_uint_eq(st.bytes, 11);
	ck_assert_uint_eq(st.owner, 0);
	ck_assert_uint_eq(st.flags, SLMBX_STAT_PROTECTED | SLMBX_STAT_HEAD);
	ck_assert_uint_eq(st.head_length, 5);
	ck_assert_uint_eq(st.sent, 2);
	ck_assert_uint_eq(st.leased + st.delayed + st.expired + st.dead, 0);
	ck_assert_uint_eq(st.max_messages + st.max_bytes + st.max_deliveries + st.dead_letter, 0);
	/* Nor is there another: what was passed by mistake has small numbers. */
	for (unsigned int id = 0; id < 1000; id++)
		expect(id == SCENE_ID ? 2 : -ENOENT, dev_count(id));
	expect(1, dev_recv(SCENE_ID, &byte, 1));
	ck_assert_int_eq(byte, 'f');
}

static void set_up(void)
{
	long ret;

	device = device_open();
	ret = dev_shutdown();
	ck_assert_msg(ret == 0 || ret == -ENODEV, "shutdown before the test is %s",
		      result_name(ret));
	expect(-ENODEV, dev_count(1));
}

static void tear_down(void)
{
	long ret = dev_shutdown();

	ck_assert_msg(ret == 0 || ret == -ENODEV, "shutdown after the test is %s",
		      result_name(ret));
	close(device);
}

TCase *device_case(Suite *suite, const char *name, double timeout)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, timeout);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	suite_add_tcase(suite, tc);
	return tc;
}

char *file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
	if (getdelim(&text, &size, '\0', file) < 0) {
		ck_assert_msg(feof(file), "%s: %s", path, strerror(errno));
		free(text);
		text = strdup("");
	}
	fclose(file);
	return text;
}

long file_write(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	long ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, bytes, len);
	if (ret < 0)
		ret = -errno;
	close(fd);
	return ret;
}

long file_write_text(const char *path, const char *text)
{
	return file_write(path, text, strlen(text));
}

void await_state(pid_t tid, char state)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	char path[32], *text, now;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	do {
		nanosleep(&moment, NULL);
		text = file_text(path);
		/* Behind the name, in which anything may be. */
		now = strrchr(text, ')')[2];
		free(text);
	} while (now != state);
}

void enter_user_namespace(int inside)
{
	const uid_t outside = getuid();
	char map[64];

	if (unshare(CLONE_NEWUSER) != 0)
		skip("this kernel has no user namespaces");
	if (inside < 0)
		return;
	/* Who changed its uid owns its files of proc no more, until it says so. */
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1), 0);
	snprintf(map, sizeof(map), "%d %u 1", inside, outside);
	expect((long)strlen(map), file_write_text("/proc/self/uid_map", map));
	ck_assert_uint_eq(getuid(), (uid_t)inside);
}
