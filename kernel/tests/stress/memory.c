// SPDX-License-Identifier: MIT
#include <stddef.h>
#include <sys/mman.h>

#include "memory.h"
#include "message.h"
#include "random.h"

/* At least as long as any message, so that no message reaches over it. */
#define ABYSS (256U << 10)

/* No mmap() without MAP_FIXED hands this out. */
#define UNMAPPED ((unsigned char *)0x20000000)
/* In the kernel's half; and on x86-64, between the halves. */
#define KERNELS ((unsigned char *)(UINTPTR_MAX - 0x7effffff))
#define NOBODYS ((unsigned char *)(UINTPTR_MAX / 2))

static void *map(size_t size, int prot)
{
	void *at = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static unsigned char *map_edge(int prot_behind)
{
	unsigned char *at = map(MEMORY_LEDGE + ABYSS, PROT_READ | PROT_WRITE);

	if (!at || mprotect(at + MEMORY_LEDGE, ABYSS, prot_behind))
		return NULL;
	return at + MEMORY_LEDGE;
}

bool memory_map(struct memory *memory)
{
	memory->buffer = map(MESSAGE_MAX, PROT_READ | PROT_WRITE);
	memory->cliff = map_edge(PROT_NONE);
	memory->shelf = map_edge(PROT_READ);
	return memory->buffer && memory->cliff && memory->shelf;
}

void memory_unmap(struct memory *memory)
{
	munmap(memory->buffer, MESSAGE_MAX);
	munmap(memory->cliff - MEMORY_LEDGE, MEMORY_LEDGE + ABYSS);
	munmap(memory->shelf - MEMORY_LEDGE, MEMORY_LEDGE + ABYSS);
}

struct place memory_bad_place(const struct memory *memory, bool to_write, uint32_t len,
			      uint64_t *random)
{
	unsigned char *const nowhere[] = { NULL, UNMAPPED, KERNELS, NOBODYS };
	unsigned char *edge;
	uint32_t room;

	if (random_once_in(random, 2))
		return (struct place){ .at = nowhere[random_below(random, ARRAY_SIZE(nowhere))] };
	edge = to_write && random_once_in(random, 2) ? memory->shelf : memory->cliff;
	room = random_below(random, len < MEMORY_LEDGE ? len : MEMORY_LEDGE);
	return (struct place){ .at = edge - room, .room = room };
}
