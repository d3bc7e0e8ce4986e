// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/slmbx.h>

#include "delivery.h"
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

/* Messages found in a mailbox, and what comes for them. */
struct found {
	FILE *text;
	u64 ready, bytes, held_bytes, timers;
};

static void describe_annex(FILE *text, const char *name, const struct slmbx_annex *annex)
{
	fprintf(text, ",%s@%llu/%p", name, (unsigned long long)annex->time, annex->account);
}

static void describe_message(struct found *found, struct slmbx_message *msg)
{
	fprintf(found->text, " %u/%llx/%p#%llu,sent@%llu", msg->len,
		sum_of(slmbx_message_data(msg), msg->len), msg->account,
		(unsigned long long)msg->seq, (unsigned long long)msg->sent);
	if (msg->deliveries)
		fprintf(found->text, ",deliveries %u", msg->deliveries);
	if (!msg->annex)
		return;
	describe_annex(found->text, msg->annex->kind == SLMBX_ANNEX_TTL ? "expires" : "moved",
		       msg->annex);
	if (msg->annex->kind == SLMBX_ANNEX_DEAD)
		fprintf(found->text, ",from %u after %u", msg->annex->from, msg->annex->deliveries);
}

static void describe_ready(struct found *found, struct slmbx_message *msg)
{
	describe_message(found, msg);
	found->ready++;
	found->bytes += msg->len;
	found->timers += msg->annex && msg->annex->kind == SLMBX_ANNEX_TTL;
}

static void describe_returned(struct found *found, struct slmbx_delivery *delivery)
{
	struct slmbx_message *msg = slmbx_delivery_first(delivery);
	u64 last = 0;

	for (; msg; msg = slmbx_delivery_next(msg)) {
		expect(msg->flags & SLMBX_MESSAGE_RETURNED, "a message doesn't know it returned");
		expect(msg->seq > last, "returned messages are out of order");
		last = msg->seq;
		describe_ready(found, msg);
	}
}

static void describe_leases(struct found *found, struct slmbx_delivery *delivery)
{
	u64 leased = 0, last = 0;

	for (struct rb_node *node = rb_first(&delivery->leases); node; node = rb_next(node)) {
		const struct slmbx_annex *lease = rb_entry(node, struct slmbx_annex, by_seq);

		expect(lease->kind == SLMBX_ANNEX_LEASE && lease->msg->held == lease,
		       "what is leased isn't");
		expect(lease->msg->seq > last, "leases are out of order");
		last = lease->msg->seq;
		describe_message(found, lease->msg);
		describe_annex(found->text, "leased", lease);
		fprintf(found->text, ",token %llx of %u", (unsigned long long)lease->token,
			__kuid_val(lease->holder));
		found->held_bytes += lease->msg->len;
		found->timers++;
		leased++;
	}
	expect(leased == delivery->leased, "%llu messages are leased", (unsigned long long)leased);
}

static void describe_delays(struct found *found, struct slmbx_delivery *delivery)
{
	struct slmbx_annex *delay;
	u64 delayed = 0;

	list_for_each_entry(delay, &delivery->delays, delays) {
		struct slmbx_message *msg = delay->msg;

		expect(delay->kind == SLMBX_ANNEX_DELAY && msg->held == delay,
		       "what is delayed isn't");
		describe_message(found, msg);
		describe_annex(found->text, "delayed", delay);
		found->held_bytes += msg->len;
		found->timers += 1 + (msg->annex && msg->annex->kind == SLMBX_ANNEX_TTL);
		delayed++;
	}
	expect(delayed == delivery->delayed, "%llu messages are delayed",
	       (unsigned long long)delayed);
}

static void expect_timers(const struct found *found, const struct slmbx_delivery *delivery)
{
	struct rb_node *node = rb_first_cached(&delivery->timers);
	u64 timers = 0, first = SLMBX_NEVER, last = 0;

	if (node)
		first = rb_entry(node, struct slmbx_annex, by_time)->time;
	for (; node; node = rb_next(node)) {
		const struct slmbx_annex *annex = rb_entry(node, struct slmbx_annex, by_time);

		expect(annex->time >= last, "timers are out of order");
		last = annex->time;
		timers++;
	}
	expect(timers == found->timers, "%llu timers, not %llu", (unsigned long long)timers,
	       (unsigned long long)found->timers);
	expect(delivery->next <= first, "the next timer comes after the first");
	expect(delivery->deadline.time <= delivery->next, "nobody comes for the first timer");
}

static void describe_delivery(struct found *found, struct slmbx_delivery *delivery)
{
	fprintf(found->text, "; leased");
	describe_leases(found, delivery);
	fprintf(found->text, "; delayed");
	describe_delays(found, delivery);
	fprintf(found->text, "; expired %llu, dead %llu, limits %llu %llu %u, dead letters to %u\n",
		(unsigned long long)delivery->expired, (unsigned long long)delivery->dead,
		(unsigned long long)delivery->max_messages, (unsigned long long)delivery->max_bytes,
		delivery->max_deliveries, delivery->dead_letter);
	expect(found->held_bytes == delivery->held_bytes, "bytes held are wrong");
	expect_timers(found, delivery);
}

static void describe_mailbox(void *item, void *arg)
{
	struct slmbx_mailbox *mailbox = item;
	struct slmbx_message *msg;
	struct found found = { .text = arg };

	fprintf(found.text, "mailbox %u of %u%s, references %d, sent %llu:", mailbox->id,
		__kuid_val(mailbox->owner), mailbox->protected ? ", protected" : "",
		mailbox->ref.refcount.counter, (unsigned long long)mailbox->sent);
	if (mailbox->delivery)
		describe_returned(&found, mailbox->delivery);
	list_for_each_entry(msg, &mailbox->messages, link)
		describe_ready(&found, msg);
	if (mailbox->delivery)
		describe_delivery(&found, mailbox->delivery);
	fputc('\n', found.text);
	expect(found.ready == mailbox->count && found.bytes == mailbox->bytes &&
		       !mailbox->reading && !mailbox->gone,
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
