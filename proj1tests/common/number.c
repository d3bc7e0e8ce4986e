// SPDX-License-Identifier: MIT
#include <limits.h>

#include "number.h"

bool number_parse(const char *word, unsigned int *value)
{
	unsigned int sum = 0;

	if (!*word)
		return false;
	for (; *word; word++) {
		unsigned int digit = (unsigned char)*word - '0';

		if (digit > 9 || sum > (UINT_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}
