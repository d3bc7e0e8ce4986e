/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_HERE_H
#define HARNESS_HERE_H

#include <stddef.h>

/* The path of @name beside the program that runs. */
void here_path(char *path, size_t size, const char *name);

#endif /* HARNESS_HERE_H */
