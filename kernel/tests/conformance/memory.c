// SPDX-License-Identifier: MIT
#include <sys/mman.h>

#include "harness.h"
#include "memory.h"

#define POISON 0xa5
#define BAD_LEN ((size_t)2 << 20)

/* Low addresses, which no mmap() without MAP_FIXED hands out: these stay unmapped. */
#define UNMAPPED_AT ((void *)0x20000000)
#define CLIFF_AT ((void *)0x30000000)

size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* splitmix64 of the seed and the word's number. */
static uint64_t pattern_word(unsigned int seed, uint64_t number)
{
	uint64_t z = ((uint64_t)seed << 32) + number * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void pattern_fill(unsigned char *bytes, size_t len, unsigned int seed)
{
	for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
		uint64_t word = pattern_word(seed, at);
		size_t left = len - at;

		memcpy(bytes + at, &word, left < sizeof(word) ? left : sizeof(word));
	}
}

bool pattern_matches(const unsigned char *bytes, size_t len, unsigned int seed)
{
	for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
		uint64_t word = pattern_word(seed, at);
		size_t left = len - at;

		if (memcmp(bytes + at, &word, left < sizeof(word) ? left : sizeof(word)))
			return false;
	}
	return true;
}

static unsigned char *map_pages(size_t len, int prot)
{
	void *map = mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_msg(map != MAP_FAILED, "mmap of %zu bytes: %s", len, strerror(errno));
	return map;
}

struct buffer buffer_new(size_t len)
{
	size_t page = page_size();
	size_t inner = (len + page - 1) / page * page;
	struct buffer buffer = { .len = len, .map_len = inner + 2 * page };

	buffer.map = map_pages(buffer.map_len, PROT_NONE);
	if (inner && mprotect(buffer.map + page, inner, PROT_READ | PROT_WRITE) != 0)
		ck_abort_msg("mprotect: %s", strerror(errno));
	memset(buffer.map + page, POISON, inner);
	buffer.bytes = buffer.map + page + inner - len;
	return buffer;
}

void buffer_free(struct buffer *buffer)
{
	munmap(buffer->map, buffer->map_len);
	memset(buffer, 0, sizeof(*buffer));
}

static bool all_poison(const unsigned char *from, const unsigned char *to)
{
	static const uint64_t word = POISON * 0x0101010101010101ULL;

	for (; to - from >= (ptrdiff_t)sizeof(word); from += sizeof(word)) {
		if (memcmp(from, &word, sizeof(word)) != 0)
			return false;
	}
	for (; from < to; from++) {
		if (*from != POISON)
			return false;
	}
	return true;
}

bool buffer_poisoned_beyond(const struct buffer *buffer, size_t used)
{
	return all_poison(buffer->map + page_size(), buffer->bytes) &&
	       all_poison(buffer->bytes + used, buffer->bytes + buffer->len);
}

const char *bad_name(enum bad kind)
{
	static const char *const names[] = {
		[BAD_NULL] = "NULL",
		[BAD_UNMAPPED] = "unmapped",
		[BAD_NO_ACCESS] = "PROT_NONE",
		[BAD_KERNEL] = "kernel address",
		[BAD_ABOVE_USER] = "address above a user's",
		[BAD_WRAP] = "wrapping address",
		[BAD_BEYOND_EOF] = "beyond the end of a file",
		[BAD_READ_ONLY] = "PROT_READ",
	};

	return names[kind];
}

/* The first @len bytes of the mapping are backed by the file, the others not. */
static unsigned char *map_short_file(size_t len, size_t map_len)
{
	int fd = memfd_create("short", MFD_CLOEXEC);
	void *map;

	ck_assert_msg(fd >= 0, "memfd_create: %s", strerror(errno));
	ck_assert_msg(ftruncate(fd, (off_t)len) == 0, "ftruncate: %s", strerror(errno));
	map = mmap(NULL, map_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_msg(map != MAP_FAILED, "mmap: %s", strerror(errno));
	close(fd);
	return map;
}

static unsigned char *unmapped_area(void *at, size_t len)
{
	unsigned char pages[BAD_LEN / 4096];

	ck_assert_msg(mincore(at, len < BAD_LEN ? len : BAD_LEN, pages) != 0 && errno == ENOMEM,
		      "%p is mapped", at);
	return at;
}

static unsigned char *map_bad(enum bad kind)
{
	switch (kind) {
	case BAD_UNMAPPED:
		return unmapped_area(UNMAPPED_AT, BAD_LEN);
	case BAD_NO_ACCESS:
		return map_pages(BAD_LEN, PROT_NONE);
	case BAD_KERNEL:
		return (unsigned char *)(UINTPTR_MAX - 0x7effffff);
	case BAD_ABOVE_USER:
		return (unsigned char *)((uintptr_t)1 << (sizeof(uintptr_t) * CHAR_BIT - 17));
	case BAD_WRAP:
		return (unsigned char *)UINTPTR_MAX;
	case BAD_BEYOND_EOF:
		return map_short_file(0, BAD_LEN);
	case BAD_READ_ONLY:
		return map_pages(BAD_LEN, PROT_READ);
	default:
		return NULL;
	}
}

unsigned char *bad_pointer(enum bad kind)
{
	static unsigned char *mapped[BAD_DESTINATIONS];

	if (!mapped[kind])
		mapped[kind] = map_bad(kind);
	return mapped[kind];
}

static unsigned char *map_at(void *at, size_t len)
{
	void *map = mmap(unmapped_area(at, len), len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	ck_assert_msg(map == at, "mmap at %p: %s", at, strerror(errno));
	return map;
}

unsigned char *cliff_new(size_t len, enum bad kind)
{
	size_t page = page_size();
	size_t good = (len + page - 1) / page * page;
	unsigned char *map;

	switch (kind) {
	case BAD_UNMAPPED:
		return map_at(CLIFF_AT, good) + good;
	case BAD_BEYOND_EOF:
		return map_short_file(good, good + BAD_LEN) + good;
	default:
		map = map_pages(good + BAD_LEN, PROT_READ | PROT_WRITE);
		if (mprotect(map + good, BAD_LEN, kind == BAD_READ_ONLY ? PROT_READ : PROT_NONE) !=
		    0)
			ck_abort_msg("mprotect: %s", strerror(errno));
		return map + good;
	}
}
