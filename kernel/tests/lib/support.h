/* SPDX-License-Identifier: MIT */
/*
 * What the tests of libslmbx share: an engine to test with, a real slmbxd on a socket
 * of its own or the kernel's, and a peer that says what no slmbxd would.
 */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <linux/slmbxd.h>
#include <slmbx.h>

/* A uid with no rights, and one more. */
#define UID_NOBODY 65534
#define UID_OTHER 54321

/* For everything a test waits for; a test that gets near it hangs. */
#define TEST_TIMEOUT 60

/* The engine these tests are about, as SLMBX_ENGINE spells it; "daemon" unless asked. */
extern const char *test_engine;
bool on_daemon(void);
bool on_device(void);

/* Of every engine. */
Suite *fork_suite(void);
Suite *identity_suite(void);
Suite *many_suite(void);
Suite *memory_suite(void);
Suite *signal_suite(void);
Suite *stat_suite(void);
Suite *thread_suite(void);
Suite *vectors_suite(void);
Suite *waiting_suite(void);

/* Of the daemon engine, which engine is chosen, and the syscall engine without its kernel. */
Suite *arguments_suite(void);
Suite *choice_suite(void);
Suite *engine_suite(void);
Suite *peer_suite(void);
Suite *restart_suite(void);
Suite *syscall_suite(void);

/* Of the kernel engines. */
Suite *acting_suite(void);
Suite *device_suite(void);
Suite *kernel_suite(void);

/* The directory all tests have theirs in. It goes with the program, failed tests or not. */
int base_make(void);
void base_remove(void);

/*
 * Checked fixtures. With a directory: $SLMBX_SOCKET is a path in it where nobody
 * listens. With an engine: the system is initialised and empty; of the daemon engine
 * a slmbxd listens there.
 */
void directory_setup(void);
void directory_teardown(void);
void engine_setup(void);
void engine_teardown(void);

/* The directory and the socket's path of the running test. */
extern char test_dir[64];
extern char test_socket[96];

/* Starts slmbxd on @path with one more option (NULL: none), and waits until it is ready. */
void daemon_start(const char *path, const char *option);
void daemon_start_as(uid_t uid, const char *path, const char *option);
/* Ends it; it must exit 0 after SIGTERM. */
void daemon_stop(int sig);

TCase *engine_case(const char *name);
TCase *directory_case(const char *name);

/* The test ends here, passed, with a word on why it could not be made. */
#define skip_test(why)                                        \
	do {                                                  \
		fprintf(stderr, "# skipped: %s: %s\n", __func__, why); \
		return;                                       \
	} while (0)

bool is_root(void);
double now(void);
void sleep_ms(unsigned int ms);
/* Descriptors this process has open; with @library those of libslmbx only. */
unsigned int count_fds(bool library);
/* Fails unless libslmbx has the descriptors a thread needs for its calls, and no more. */
void expect_library_fds(void);
/* A descriptor of libslmbx in this process; fails the test if there is none. */
int library_fd(void);
/* Every call, and slmbx_engine(), answers as if no engine were there. */
void expect_no_engine(long expected);
/* Waits for the child and fails the test unless it exits 0. */
void wait_child(pid_t pid);

/* Bytes that depend on the seed, and whether they are still there. */
void fill(unsigned char *buf, size_t len, unsigned int seed);
bool is_filled(const unsigned char *buf, size_t len, unsigned int seed);
bool is_all(const unsigned char *buf, size_t len, unsigned char byte);

/*
 * The peer: a thread that runs @script on a socket listening at test_socket.
 * Scripts use the functions below, and peer_end() waits for the script's end.
 */
typedef void (*peer_script)(int listener);
void peer_start(peer_script script);
void peer_end(void);
int peer_accept(int listener);
void peer_read(int fd, void *buf, size_t len);
struct slmbxd_request peer_request(int fd);
/* A request, and the body in its frame. */
struct slmbxd_request peer_whole_request(int fd, void *body, size_t room);
void peer_write(int fd, const void *buf, size_t len);
void peer_reply(int fd, uint32_t kind, int64_t result, const void *body, uint32_t body_len);
/* Fails unless the other side hangs up without another byte. */
void peer_expect_end(int fd);
/* The call that ends a script, and its answer: by it the peer sees that the library goes on. */
void peer_last_call(void);
void peer_answer_last(int fd);

#endif /* TEST_SUPPORT_H */
