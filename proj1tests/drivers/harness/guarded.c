// SPDX-License-Identifier: MIT
#include "guarded.h"

const unsigned char guarded_bytes[GUARDED_LENGTH] = "secret";

void guarded_make(uid_t owner, int protect)
{
	expect(as_user(owner, slmbx_create(7, protect)), 0);
	expect(as_user(owner, slmbx_send(7, guarded_bytes, GUARDED_LENGTH)), 0);
}

void guarded_refused(void)
{
	unsigned char bytes[GUARDED_LENGTH] = { 0 };
	struct slmbx_stat st;

	expect(slmbx_count(7), -EPERM);
	expect(slmbx_length(7), -EPERM);
	expect(slmbx_stat(7, &st, sizeof(st)), -EPERM);
	expect(slmbx_send(7, guarded_bytes, GUARDED_LENGTH), -EPERM);
	expect(slmbx_send(7, NULL, 0), -EPERM);
	expect(slmbx_recv(7, bytes, sizeof(bytes)), -EPERM);
	expect(slmbx_recv(7, NULL, 0), -EPERM);
	expect(slmbx_destroy(7), -EPERM);
	/* That it exists is no secret: create answers as for anybody. */
	expect(slmbx_create(7, 0), -EEXIST);
	ck_assert_msg(!bytes[0], "bytes of a message that recv refused");
}

void guarded_allowed(void)
{
	unsigned char bytes[GUARDED_LENGTH];
	struct slmbx_stat st;

	expect(slmbx_count(7), 1);
	expect(slmbx_length(7), GUARDED_LENGTH);
	expect(slmbx_stat(7, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.owner, geteuid());
	expect(slmbx_send(7, guarded_bytes, GUARDED_LENGTH), 0);
	expect(slmbx_recv(7, bytes, sizeof(bytes)), sizeof(bytes));
	expect(slmbx_count(7), 1);
	ck_assert_mem_eq(bytes, guarded_bytes, sizeof(bytes));
}
