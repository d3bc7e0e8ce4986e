// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/rcupdate.h>

#include "calls.h"
#include "clients.h"
#include "listener.h"
#include "options.h"
#include "quota.h"
#include "report.h"
#include "shim.h"
#include "system.h"

/* Descriptors beside the connections'. */
#define SPARE_FDS	64

/* Makes the directories above the default socket that are not there. */
static int make_directories(const char *socket_path)
{
	char path[PATH_MAX], *at;

	/* listener_open() will refuse it: nothing stays behind. */
	if (!listener_path_fits(socket_path))
		return 0;
	snprintf(path, sizeof(path), "%s", socket_path);
	for (at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(path, geteuid() ? 0700 : 0755) && errno != EEXIST) {
			report("can't make %s: %s; set SLMBX_RUNTIME_DIR or --socket to a place that can be written",
			       path, strerror(errno));
			return -1;
		}
		*at = '/';
	}
	return 0;
}

/*
 * A descriptor for each connection, and one more for each whose client waits; fewer
 * connections where the system doesn't allow even the former.
 */
static void fit_connections(struct options *options)
{
	rlim_t wanted = 2UL * options->max_connections + SPARE_FDS, fit;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
		return;
	fit = limit.rlim_max > 2 * SPARE_FDS ? limit.rlim_max - SPARE_FDS : limit.rlim_max / 2;
	if (options->max_connections > fit) {
		options->max_connections = fit;
		report("the limit of open files (%lu) allows %u connections",
		       (unsigned long)limit.rlim_max, options->max_connections);
	}
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Signals come through a descriptor; every thread inherits that they are blocked. */
static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL))
		return -1;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

static void accept_client(int listen_fd)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0) {
		clients_add(fd);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
		/* The client waits in the queue until another one leaves. */
		usleep(10000);
	}
}

static void serve(int listen_fd, int signal_fd)
{
	struct pollfd fds[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = listen_fd, .events = POLLIN },
	};

	while (!fds[0].revents) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents)
			accept_client(listen_fd);
	}
}

static void end_system(void)
{
	struct task_struct task = { .fsuid = GLOBAL_ROOT_UID, .memory = &shim_own_memory };
	u64 mailboxes, messages;

	shim_thread_begin(&task);
	slmbx_system_totals(&mailboxes, &messages);
	report("stopped; dropped %llu messages in %llu mailboxes", messages, mailboxes);
	slmbx_do_shutdown();
	rcu_barrier();
	shim_work_stop();
	shim_thread_end();
}

int main(int argc, char **argv)
{
	struct clients_config config;
	struct listener listener;
	struct options options;
	int err, signal_fd;

	err = options_read(&options, argc, argv);
	if (err)
		return err < 0;
	if (options.default_socket && make_directories(options.socket))
		return 1;
	fit_connections(&options);

	slmbx_second_admin = (kuid_t)KUIDT_INIT(geteuid());
	slmbx_limits.bytes = options.max_bytes_per_uid;
	slmbx_limits.mailboxes = options.max_mailboxes_per_uid;
	config.max = options.max_connections;
	config.timeout_ms = options.frame_timeout * 1000;

	signal_fd = open_signals();
	err = signal_fd < 0 ? -errno : clients_start(&config);
	if (err) {
		report("can't start: %s", strerror(-err));
		return 1;
	}
	if (listener_open(&listener, options.socket, options.mode))
		return 1;
	report("ready on %s", options.socket);

	serve(listener.fd, signal_fd);
	listener_close(&listener);
	clients_stop();
	end_system();
	return 0;
}
