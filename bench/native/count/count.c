// SPDX-License-Identifier: MIT
/*
 * A plugin of QEMU's TCG that counts the instructions of an x86 guest between the
 * marks of mark.h, for a guest of one CPU:
 *
 *     -plugin count.so,out=FILE[,profile=on]
 *
 * FILE gets a line a mark, of running totals:
 *
 *     mark INSTRUCTIONS REPEATS
 *
 * A string instruction with a repeat prefix is one instruction, as in a processor's
 * own counter, however often it repeats; its further repeats, which TCG executes
 * one by one, are REPEATS. With profile=on each second mark, which ends a stretch,
 * is followed by a line for each address executed since the mark before:
 *
 *     at ADDRESS TIMES
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"
#include "qemu-plugin.h"

/* An address the guest has executed; lives as long as QEMU, as translated code adds to @times. */
struct place {
	uint64_t address;
	uint64_t times;
	struct place *next;
};

#define BUCKETS	(1 << 16)

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static const unsigned char mark_bytes[] = { MARK_BYTES };

static FILE *out;
static bool profile;
static struct place *places[BUCKETS];

/* Executions of plain instructions, of string instructions, and of repeats of these. */
static uint64_t plain, strings, repeats;
static bool in_stretch;

static struct place *place_of(uint64_t address)
{
	struct place **bucket = &places[(address ^ address >> 16) % BUCKETS], *place;

	for (place = *bucket; place; place = place->next)
		if (place->address == address)
			return place;
	place = calloc(1, sizeof(*place));
	if (!place)
		abort();
	place->address = address;
	place->next = *bucket;
	*bucket = place;
	return place;
}

static void forget_places(void)
{
	struct place *place;
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		for (place = places[i]; place; place = place->next)
			place->times = 0;
}

static void print_places(void)
{
	struct place *place;
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		for (place = places[i]; place; place = place->next)
			if (place->times)
				fprintf(out, "at %" PRIx64 " %" PRIu64 "\n", place->address,
					place->times);
}

static void on_mark(unsigned int vcpu, void *data)
{
	fprintf(out, "mark %" PRIu64 " %" PRIu64 "\n", plain + strings, repeats);
	in_stretch = !in_stretch;
	if (profile && in_stretch)
		forget_places();
	else if (profile)
		print_places();
	/* QEMU may be ended from outside at any time. */
	fflush(out);
}

/* A repeat comes with nothing between: TCG goes round to the same instruction again. */
static void on_string(unsigned int vcpu, void *data)
{
	static uint64_t last_plain;
	static struct place *last;
	struct place *place = data;

	if (last == place && last_plain == plain) {
		repeats++;
		return;
	}
	last = place;
	last_plain = plain;
	strings++;
	place->times++;
}

/* movs, cmps, stos, lods or scas with a repeat prefix, and perhaps one of operand size. */
static bool is_repeated_string(const unsigned char *code, size_t size)
{
	bool repeated = false;
	size_t i;

	for (i = 0; i + 1 < size; i++) {
		if (code[i] == 0xf2 || code[i] == 0xf3)
			repeated = true;
		else if (code[i] != 0x66 && (code[i] & 0xf0) != 0x40)
			return false;
	}
	return repeated &&
	       ((code[i] >= 0xa4 && code[i] <= 0xa7) || (code[i] >= 0xaa && code[i] <= 0xaf));
}

static void instrument(struct qemu_plugin_insn *insn)
{
	const void *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);
	uint64_t address = qemu_plugin_insn_vaddr(insn);

	if (is_repeated_string(code, size)) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_string, QEMU_PLUGIN_CB_NO_REGS,
						       place_of(address));
		return;
	}
	if (size == sizeof(mark_bytes) && !memcmp(code, mark_bytes, size)) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS, NULL);
		return;
	}
	qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &plain, 1);
	if (profile)
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							   &place_of(address)->times, 1);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;

	for (i = 0; i < n; i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

static int refuse(const char *why)
{
	fprintf(stderr, "count.so: %s\n", why);
	return 1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	int i;

	if (strcmp(info->target_name, "x86_64") || !info->system_emulation)
		return refuse("it counts in guests of qemu-system-x86_64");
	if (info->system.max_vcpus != 1)
		return refuse("it counts one CPU; give -smp 1");
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4) && !out)
			out = fopen(argv[i] + 4, "w");
		else if (!strcmp(argv[i], "profile=on"))
			profile = true;
		else
			return refuse("it takes out=FILE and profile=on");
	}
	if (!out)
		return refuse("out=FILE must name a file that can be written");
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
