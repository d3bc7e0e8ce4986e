// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "guest.h"

static int kmsg = -1;

void log_open(void)
{
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

/* One write is one line of the log. */
static void log_line(const char *prefix, const char *format, va_list args, int error)
{
	char line[900];
	int length = snprintf(line, sizeof(line), "%s", prefix);

	length += vsnprintf(line + length, sizeof(line) - length, format, args);
	if (error && length < (int)sizeof(line))
		length += snprintf(line + length, sizeof(line) - length, ": %s", strerror(error));
	if (length >= (int)sizeof(line))
		length = sizeof(line) - 1;
	if (write(kmsg, line, length) < 0)
		return;
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line("<5>guest: ", format, args, 0);
	va_end(args);
}

void complain(const char *format, ...)
{
	va_list args;
	int error = errno;

	va_start(args, format);
	log_line("<3>guest: FAILED: ", format, args, error);
	va_end(args);
}

void give_up(const char *format, ...)
{
	va_list args;
	int error = errno;

	va_start(args, format);
	log_line("<3>guest: FAILED: ", format, args, error);
	va_end(args);
	power_off();
}

void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
