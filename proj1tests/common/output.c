// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"
#include "output.h"

static int open_file(struct output *out, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	out->created = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	out->stream = fdopen(fd, "w");
	return out->stream ? 0 : errno;
}

/* Is it open for writing, and does a pipe or socket still have a reader? */
static int check_writable(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return errno;
	if ((flags & O_ACCMODE) == O_RDONLY)
		return EBADF;
	if (poll(&poller, 1, 0) > 0 && (poller.revents & POLLERR))
		return EPIPE;
	return 0;
}

int output_open(struct output *out, const char *path)
{
	int error = 0;

	*out = (struct output){ .stream = stdout, .name = path ? path : "standard output" };
	if (path)
		error = open_file(out, path);
	return error ? error : check_writable(fileno(out->stream));
}

int output_start(struct output *out)
{
	struct stat st;

	if (out->stream == stdout || out->created)
		return 0;
	if (fstat(fileno(out->stream), &st))
		return errno;
	return S_ISREG(st.st_mode) && ftruncate(fileno(out->stream), 0) ? errno : 0;
}

void output_write(struct output *out, const void *bytes, size_t length)
{
	if (fwrite(bytes, 1, length, out->stream) < length && !out->error)
		out->error = errno;
}

int output_close(struct output *out)
{
	if (fclose(out->stream) && !out->error)
		out->error = errno;
	return out->error;
}

void output_abandon(struct output *out)
{
	if (out->stream != stdout)
		fclose(out->stream);
	if (out->created)
		unlink(out->name);
}

int output_finish(const char *program)
{
	/* Some earlier printf may have failed; its errno is gone. */
	struct output out = { .stream = stdout, .error = ferror(stdout) ? EIO : 0 };
	int error = output_close(&out);

	if (!error)
		return EXIT_SUCCESS;
	return failure_io(program, error, "can't write the result to standard output");
}
