// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

int write_file(const char *path, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -1;
	written = write(fd, text, length);
	close(fd);
	return written == (ssize_t)length ? 0 : -1;
}

char *read_file_at(int dir, const char *name, size_t *length)
{
	size_t used = 0, room = 65536;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	ssize_t got;

	if (fd < 0)
		return NULL;
	do {
		if (!text || room - used < 65536)
			room *= 2;
		text = realloc(text, room + 1);
		if (!text)
			give_up("reading %s", name);
		got = read(fd, text + used, room - used);
		if (got < 0)
			give_up("reading %s", name);
		used += got;
	} while (got > 0);
	close(fd);
	text[used] = '\0';
	if (length)
		*length = used;
	return text;
}

void make_directories(const char *path)
{
	char *copy = strdup(path);

	for (char *slash = copy; slash; *slash = '/') {
		slash = strchr(slash + 1, '/');
		if (!slash)
			break;
		*slash = '\0';
		mkdir(copy, 0755);
	}
	if (mkdir(path, 0755) && errno != EEXIST)
		give_up("mkdir %s", path);
	free(copy);
}
