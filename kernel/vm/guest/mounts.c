// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

#define P9_OPTIONS "trans=virtio,version=9p2000.L,msize=512000"

struct mount_point {
	const char *path;
	const char *type;
	unsigned long flags;
	const char *options;
	bool wanted;	/* not every kernel has the others */
};

/* In order; what is made on the way is in memory. */
static const struct mount_point system_mounts[] = {
	{ "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "", true },
	{ "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "", true },
	{ "/dev", "devtmpfs", MS_NOSUID, "mode=755", true },
	{ "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=620,ptmxmode=666", true },
	{ "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777", true },
	{ "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, "", true },
	{ "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755", true },
	{ "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, "", true },
	{ "/sys/kernel/debug", "debugfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "", false },
	{ "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "", false },
};

static void must_mount(const char *what, const char *path, const char *type, unsigned long flags,
		       const char *options)
{
	if (mount(what, path, type, flags, options))
		give_up("mounting %s on %s", type, path);
}

static bool is_hostfs(void)
{
	const char *how = getenv("vm_root");

	return how && !strcmp(how, "hostfs");
}

/* Mounts a directory of the host: by its path through hostfs, by its tag through 9p. */
static void mount_host(const char *host_path, const char *tag, const char *path, bool writable)
{
	unsigned long flags = writable ? 0 : MS_RDONLY;

	make_directories(path);
	if (is_hostfs())
		must_mount("none", path, "hostfs", flags, host_path);
	else
		/* What only the guest sees change may stay in its memory. */
		must_mount(tag, path, "9p", flags,
			   writable ? P9_OPTIONS ",cache=none" : P9_OPTIONS ",cache=loose");
}

void mount_early(void)
{
	static const char *const directories[] = { "/dev", "/proc", "/sys" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		make_directories(directories[i]);
	/* A kernel may have mounted it by itself. */
	if (mount("dev", "/dev", "devtmpfs", 0, "") && errno != EBUSY)
		power_off();
}

int mount_share(void)
{
	int fd;

	mount_host(getenv("vm_share"), "share", "/share", true);
	fd = open("/share", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		give_up("opening the directory of the job");
	return fd;
}

/* Whether path is directory or in it. */
static bool inside(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) && (path[length] == '/' || !path[length]);
}

/* Mounts what a system has, but nothing over the directory that the command works in. */
static void mount_system(const struct job *job)
{
	for (size_t i = 0; i < sizeof(system_mounts) / sizeof(*system_mounts); i++) {
		const struct mount_point *point = &system_mounts[i];

		if (inside(job->cwd, point->path) && strcmp(point->type, "tmpfs") == 0)
			continue;
		mkdir(point->path, 0755);
		if (mount(point->type, point->path, point->type, point->flags, point->options) &&
		    (point->wanted || (errno != ENODEV && errno != ENOENT)))
			give_up("mounting %s on %s", point->type, point->path);
	}
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

static void overlay_root(void)
{
	mount_host("/", "root", "/lower", false);
	make_directories("/layer");
	must_mount("layer", "/layer", "tmpfs", 0, "mode=755,size=75%");
	make_directories("/layer/upper");
	make_directories("/layer/work");
	make_directories("/newroot");
	must_mount("root", "/newroot", "overlay", 0,
		   "lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work");
}

void mount_root(const struct job *job)
{
	overlay_root();
	/* What a user namespace may do is not what a chroot may: the new root covers the old. */
	if (chdir("/newroot") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		give_up("making the host's root the guest's");
	mount_system(job);
	if (job->out)
		mount_host(job->out, "out", job->out, true);
}
