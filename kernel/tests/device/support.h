/* SPDX-License-Identifier: MIT */
/* The device as its driver sees it: ioctls by number, without a library between. */
#ifndef DEVICE_SUPPORT_H
#define DEVICE_SUPPORT_H

#include <sys/types.h>

#include <linux/slmbx.h>

#include "harness.h"

#define DEVICE "/dev/slmbx"

/* The device's descriptor of a running test. */
extern int device;

/* slmbx.ko of the running kernel, or NULL. */
extern const char *module_path;

/* Ends the test if it can't be opened. */
int device_open(void);

/* What the ioctl returns, or -errno. */
long device_ioctl(int fd, unsigned long request, const void *arg);

/* The calls, on device. */
long dev_init(void);
long dev_shutdown(void);
long dev_create(unsigned int id, int protect);
long dev_destroy(unsigned int id);
long dev_count(unsigned int id);
long dev_length(unsigned int id);
long dev_send(unsigned int id, const void *bytes, unsigned int len);
long dev_recv(unsigned int id, void *bytes, unsigned int len);
long dev_stat(unsigned int id, struct slmbx_stat *st);
long dev_sendv(const struct slmbx_sendv *args, size_t size);
long dev_recvv(struct slmbx_recvv *args, size_t size);
long dev_settle(const struct slmbx_settle *args, size_t size);
long dev_list(const struct slmbx_list *args, size_t size);
long dev_setattr(const struct slmbx_setattr *args, size_t size);
long dev_purge(unsigned int id);

/* A system with one mailbox of two messages, and the check that it is as it was. */
#define SCENE_ID 7U
void scene_make(void);
void scene_check(void);

/* A test case every test of which starts and ends without a system, and with device open. */
TCase *device_case(Suite *suite, const char *name, double timeout);

/* The whole text of a file, to be freed; fails the test if it can't be read. */
char *file_text(const char *path);
/* What one write of @len bytes to @path, from its start, returns, or -errno. */
long file_write(const char *path, const void *bytes, size_t len);
long file_write_text(const char *path, const char *text);

/* Ends once thread @tid is in @state, as proc(5) has it: 'S' for asleep. */
void await_state(pid_t tid, char state);

/* Into a user namespace where the caller is @inside, or is not mapped for -1. Skips without them. */
void enter_user_namespace(int inside);

Suite *ioctl_suite(void);
Suite *pointer_suite(void);
Suite *file_suite(void);
Suite *user_suite(void);
Suite *limit_suite(void);
Suite *listing_suite(void);
Suite *compat_suite(void);
Suite *trace_suite(void);
Suite *wait_suite(void);
Suite *module_suite(void);

/* What test_file.c runs by exec: the device is @fd. An exit status. */
int file_child(int fd);

#endif /* DEVICE_SUPPORT_H */
