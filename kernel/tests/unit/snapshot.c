// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/list.h>

#include "inside_quota.h"
#include "inside_skiplist.h"
#include "inside_system.h"
#include "mailbox.h"
#include "message.h"
#include "snapshot.h"
#include "unit.h"

static unsigned long long sum_of(const u8 *bytes, u32 len)
{
	unsigned long long sum = 0xcbf29ce484222325ULL;

	for (u32 i = 0; i < len; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3ULL;
	return sum;
}

static void describe_mailbox(void *item, void *arg)
{
	struct slmbx_mailbox *mailbox = item;
	struct slmbx_message *msg, *next;
	u64 count = 0, bytes = 0;
	FILE *text = arg;

	fprintf(text, "mailbox %u of %u%s, references %d:", mailbox->id, __kuid_val(mailbox->owner),
		mailbox->protected ? ", protected" : "", mailbox->ref.refcount.counter);
	list_for_each_entry_safe(msg, next, &mailbox->messages, link) {
		count++;
		bytes += msg->len;
		fprintf(text, " %u/%llx/%p", msg->len, sum_of(slmbx_message_data(msg), msg->len),
			msg->account);
	}
	fputc('\n', text);
	expect(count == mailbox->count && bytes == mailbox->bytes && !mailbox->reading &&
		       !mailbox->gone,
	       "mailbox %u contradicts itself", mailbox->id);
}

static void describe_account(uid_t uid, struct quota_use use, void *arg)
{
	fprintf(arg, "uid %u holds %lld bytes, %lld mailboxes\n", uid, (long long)use.bytes,
		(long long)use.mailboxes);
}

char *snapshot_take(void)
{
	const struct slmbx_skiplist *mailboxes = system_mailboxes();
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	fprintf(to, "%s\n", mailboxes ? "initialised" : "not initialised");
	if (mailboxes) {
		const char *fault = skiplist_fault(mailboxes);

		expect(!fault, "%s", fault);
		fprintf(to, "levels %u, branching %u\n", mailboxes->levels, mailboxes->branching);
		slmbx_skiplist_for_each(mailboxes, describe_mailbox, to);
	}
	quota_for_each(describe_account, to);
	fclose(to);
	return text;
}

void snapshot_expect(char *before, const char *after_what)
{
	char *after = snapshot_take();

	expect(!strcmp(before, after), "%s changed\n%sto\n%s", after_what, before, after);
	free(after);
	free(before);
}
