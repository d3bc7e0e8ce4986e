// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "tap.h"

bool file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, text, size - 1);
	close(fd);
	if (got < 0)
		return false;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return true;
}

bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t put;

	if (fd < 0)
		return false;
	put = write(fd, text, strlen(text));
	close(fd);
	return put == (ssize_t)strlen(text);
}

char *file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	expect(file != NULL, "%s: %s", path, strerror(errno));
	if (getdelim(&text, &size, '\0', file) < 0) {
		expect(feof(file), "%s: %s", path, strerror(errno));
		free(text);
		text = strdup("");
	}
	fclose(file);
	return text;
}
