/* SPDX-License-Identifier: MIT */
/* The small text files of proc, sysctl, debugfs and cgroups. */
#ifndef GUEST_FILES_H
#define GUEST_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* The text of @path without its last newline; false with errno. */
bool file_read(const char *path, char *text, size_t size);
bool file_write(const char *path, const char *text);
/* The whole of @path, to be freed; fails the test without it. */
char *file_text(const char *path);

#endif /* GUEST_FILES_H */
