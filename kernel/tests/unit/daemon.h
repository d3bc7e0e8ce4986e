/* SPDX-License-Identifier: MIT */
/* A real slmbxd, that of $SLMBXD, on a socket in a directory of the test's own. */
#ifndef DAEMON_H
#define DAEMON_H

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

/* uids without rights. */
enum { UID_NOBODY = 65534, UID_OTHER = 54321 };

/* A case whose tests each have an empty directory; see daemon_dir. */
TCase *daemon_case(Suite *suite, const char *name);

/* The running test's directory, and the socket in it where daemon_start() listens. */
extern char daemon_dir[64];
extern char daemon_socket[128];

struct daemon {
	pid_t pid;
	int output;	/* its stdout and stderr */
};

#define OPTIONS(...)	((const char *const[]){ __VA_ARGS__, NULL })
#define NO_OPTIONS	((const char *const[]){ NULL })

/* Starts the program @path as @uid, with @options and no others. */
struct daemon daemon_spawn(uid_t uid, const char *path, const char *const *options);
/* The next line it says is @line. */
void daemon_expect(struct daemon *daemon, const char *line);
void daemon_expect_ready(struct daemon *daemon);
/* Starts it with --socket and @options, and waits until it is ready. */
struct daemon daemon_start(const char *const *options);
/* Ends it by SIGTERM. It must exit 0, and say no more than that @messages in @mailboxes go. */
void daemon_stop(struct daemon *daemon, unsigned long messages, unsigned long mailboxes);
/* Waits until it ended; what waitpid() says of it. The rest of what it said is in @text. */
int daemon_wait(struct daemon *daemon, char *text, size_t size);

/* Runs it with @options alone to its end, as @uid. Its exit code; -1 if it was a signal. */
int daemon_run(uid_t uid, const char *const *options, char *text, size_t size);

/* A connection to daemon_socket. */
int dial(void);
/* The same, or -1 with errno set. */
int try_dial(void);
/* The same, of a process with @uid: this one's uid is as before afterwards. */
int dial_as(uid_t uid);

bool is_root(void);

#endif /* DAEMON_H */
