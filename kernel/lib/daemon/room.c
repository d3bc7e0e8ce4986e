// SPDX-License-Identifier: MIT
/*
 * What is offered to the daemon of a buffer of the caller's. A daemon can't put a
 * message back, so it must know before it takes one that the bytes will find room.
 * What is looked at in advance spares a second request.
 */
#include "daemon.h"

/* Room offered to a message of unknown size, where the buffer is that large. */
#define ROOM_MIN 256
/* Looking at more in advance costs more than being asked for it. */
#define ROOM_MAX SLMBXD_INLINE_MAX

size_t slmbx_room_first(const struct slmbx_conn *conn, uintptr_t mem, size_t len)
{
	size_t room = slmbx_memory_page_rest(mem);

	if (room < ROOM_MIN)
		room = ROOM_MIN;
	if (room < conn->last_size)
		room = conn->last_size < ROOM_MAX ? conn->last_size : ROOM_MAX;
	if (room > len)
		room = len;
	return slmbx_memory_writable(mem, room);
}

/*
 * The daemon asks for @needed bytes, of the @len there may be, and had @room. More is
 * looked at, as more may be asked for next; less than @needed if that can't be written.
 */
size_t slmbx_room_next(uintptr_t mem, size_t len, size_t room, size_t needed)
{
	size_t more = room < len / 2 ? 2 * room : len;

	return slmbx_memory_writable(mem, more > needed ? more : needed);
}
