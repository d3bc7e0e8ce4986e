// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input.h"

#define FIRST_BUFFER 65536U

/* A file is mapped, so that one the engine refuses isn't read and one it takes isn't held twice. */
static int map_file(struct input *in, int fd, off_t size)
{
	void *bytes;

	if (size > UINT_MAX)
		return EFBIG;
	bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return errno;
	in->bytes = bytes;
	in->length = (unsigned int)size;
	return 0;
}

/* Pipes, terminals, devices, and files that don't tell their size, as those in /proc. */
static int read_stream(struct input *in, int fd)
{
	size_t room = FIRST_BUFFER, length = 0;
	unsigned char *bytes = malloc(room);

	while (bytes) {
		ssize_t n = read(fd, bytes + length, room - length);
		unsigned char *more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (length += (size_t)n) > UINT_MAX) {
			int error = n < 0 ? errno : EFBIG;

			free(bytes);
			return error;
		}
		if (n == 0) {
			in->bytes = bytes;
			in->length = (unsigned int)length;
			return 0;
		}
		if (length < room)
			continue;
		more = realloc(bytes, room *= 2);
		if (!more)
			free(bytes);
		bytes = more;
	}
	return ENOMEM;
}

int input_read(struct input *in, const char *path)
{
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	struct stat st;
	int error;

	if (fd < 0 || fstat(fd, &st))
		return errno;
	if (path && S_ISREG(st.st_mode) && st.st_size > 0)
		error = map_file(in, fd, st.st_size);
	else
		error = read_stream(in, fd);
	if (path)
		close(fd);
	return error;
}
