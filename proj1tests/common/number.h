/* SPDX-License-Identifier: MIT */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include <stdbool.h>

/*
 * Reads a whole decimal number from 0 to 4294967295. Digits only: no sign, blank,
 * fraction, exponent or other base. False leaves *value alone.
 */
bool number_parse(const char *word, unsigned int *value);

#endif /* COMMON_NUMBER_H */
