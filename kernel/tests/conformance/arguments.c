// SPDX-License-Identifier: MIT
#include "arguments.h"
#include "delivery.h"
#include "harness.h"
#include "standard.h"

const struct call_struct calls[CALLS] = {
	[SENDV] = { "sendv", SLMBX_SENDV_SIZE_V0, sizeof(struct slmbx_sendv) },
	[RECVV] = { "recvv", SLMBX_RECVV_SIZE_V0, sizeof(struct slmbx_recvv) },
	[SETTLE] = { "settle", SLMBX_SETTLE_SIZE_V0, sizeof(struct slmbx_settle) },
	[LIST] = { "list", SLMBX_LIST_SIZE_V0, sizeof(struct slmbx_list) },
	[SETATTR] = { "setattr", SLMBX_SETATTR_SIZE_V0, sizeof(struct slmbx_setattr) },
};

struct memory memory;

static void reset_memory(void)
{
	memset(&memory, 0xa5, sizeof(memory));
	for (unsigned int i = 0; i < ARRAY_SIZE(memory.items); i++) {
		memory.descriptors[i] =
			(struct slmbx_sendv_msg){ .data = address(memory.data), .len = 8 };
		memory.items[i] = (struct slmbx_settle_item){
			.seq = 1, .token = 2, .action = SLMBX_SETTLE_ACK, .result = 77
		};
	}
}

union arguments good_arguments(enum call call)
{
	union arguments args = { .bytes = { 0 } };

	reset_memory();
	switch (call) {
	case SENDV:
		args.sendv = (struct slmbx_sendv){ .messages = address(memory.descriptors),
						   .count = 2,
						   .id = ROOT_EMPTY };
		break;
	case RECVV:
		args.recvv = (struct slmbx_recvv){ .messages = address(memory.received),
						   .buf = address(memory.buf),
						   .size = sizeof(memory.buf),
						   .count = 2,
						   .id = ROOT_FULL };
		break;
	case SETTLE:
		args.settle = (struct slmbx_settle){ .items = address(memory.items),
						     .count = 2,
						     .id = ROOT_LEASED };
		break;
	case LIST:
		args.list = (struct slmbx_list){ .ids = address(memory.ids), .count = 3 };
		break;
	default:
		args.setattr = (struct slmbx_setattr){ .id = ROOT_EMPTY,
						       .mask = SLMBX_ATTR_MAX_MESSAGES |
							SLMBX_ATTR_DEAD_LETTER,
						       .max_messages = 5,
						       .dead_letter = ABSENT };
		break;
	}
	return args;
}

long make_call(enum call call, void *args, size_t size)
{
	switch (call) {
	case SENDV:
		return slmbx_sendv(args, size);
	case RECVV:
		return slmbx_recvv(args, size);
	case SETTLE:
		return slmbx_settle(args, size);
	case LIST:
		return slmbx_list(args, size);
	default:
		return slmbx_setattr(args, size);
	}
}
