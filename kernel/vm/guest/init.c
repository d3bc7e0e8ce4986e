// SPDX-License-Identifier: MIT
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"

static void loopback_up(void)
{
	struct ifreq request = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, "lo");
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		give_up("bringing the loopback up");
	close(fd);
}

int main(void)
{
	static const char name[] = "guest";
	struct job job;
	int status;

	mount_early();
	log_open();
	load_boot_modules();
	job.share = mount_share();
	job_read(&job);
	mount_root(&job);
	loopback_up();
	sethostname(name, strlen(name));
	load_module();
	note("running %s", job.argv[0]);
	status = run_job(&job);
	unload_module();
	find_leaks();
	job_status(&job, status);
	power_off();
}
