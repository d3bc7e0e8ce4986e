// SPDX-License-Identifier: MIT
#include <string.h>
#include <unistd.h>

#include "driver.h"
#include "workfile.h"

static char directory[] = "/tmp/slmbx-files-XXXXXX", path[64];

int workfile_run(Suite *suite)
{
	int status;

	if (!mkdtemp(directory)) {
		perror(directory);
		return EXIT_FAILURE;
	}
	snprintf(path, sizeof(path), "%s/file", directory);
	status = driver_run(suite);
	unlink(path);
	rmdir(directory);
	return status;
}

void workfile_remove(void)
{
	unlink(path);
}

const char *workfile(void)
{
	return path;
}

const char *workfile_directory(void)
{
	return directory;
}

void workfile_write(const void *bytes, size_t length)
{
	FILE *stream = fopen(path, "w");

	ck_assert_ptr_nonnull(stream);
	ck_assert(fwrite(bytes, 1, length, stream) == length && !fclose(stream));
}

void workfile_expect(const void *bytes, size_t length)
{
	unsigned char *got = malloc(length + 1);
	FILE *stream = fopen(path, "r");

	ck_assert(got && stream);
	ck_assert_uint_eq(fread(got, 1, length + 1, stream), length);
	ck_assert(!memcmp(got, bytes, length));
	fclose(stream);
	free(got);
}

void workfile_expect_none(void)
{
	ck_assert_msg(access(path, F_OK) && errno == ENOENT, "%s is there", path);
}
