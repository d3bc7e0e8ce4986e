/* SPDX-License-Identifier: GPL-2.0 */
/* Calls that have ended: the caller's uid and words, and what the call returned. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM slmbx

#if !defined(SLMBX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SLMBX_TRACE_H

#include <linux/cred.h>
#include <linux/tracepoint.h>
#include <linux/user_namespace.h>

/* clang-format off */

TRACE_EVENT(slmbx_create,
	    TP_PROTO(u32 id, bool protected, long ret),
	    TP_ARGS(id, protected, ret),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(uid_t, uid)
			     __field(bool, protected)
			     __field(long, ret)),
	    TP_fast_assign(__entry->id = id;
			   __entry->uid = from_kuid(&init_user_ns, current_fsuid());
			   __entry->protected = protected;
			   __entry->ret = ret;),
	    TP_printk("id=%u uid=%u protected=%d ret=%ld", __entry->id, __entry->uid,
		      __entry->protected, __entry->ret)
);

TRACE_EVENT(slmbx_destroy,
	    TP_PROTO(u32 id, long ret),
	    TP_ARGS(id, ret),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(uid_t, uid)
			     __field(long, ret)),
	    TP_fast_assign(__entry->id = id;
			   __entry->uid = from_kuid(&init_user_ns, current_fsuid());
			   __entry->ret = ret;),
	    TP_printk("id=%u uid=%u ret=%ld", __entry->id, __entry->uid, __entry->ret)
);

DECLARE_EVENT_CLASS(slmbx_message,
		    TP_PROTO(u32 id, u32 len, long ret),
		    TP_ARGS(id, len, ret),
		    TP_STRUCT__entry(__field(u32, id)
				     __field(uid_t, uid)
				     __field(u32, len)
				     __field(long, ret)),
		    TP_fast_assign(__entry->id = id;
				   __entry->uid = from_kuid(&init_user_ns, current_fsuid());
				   __entry->len = len;
				   __entry->ret = ret;),
		    TP_printk("id=%u uid=%u len=%u ret=%ld", __entry->id, __entry->uid,
			      __entry->len, __entry->ret)
);

DEFINE_EVENT(slmbx_message, slmbx_send,
	     TP_PROTO(u32 id, u32 len, long ret),
	     TP_ARGS(id, len, ret)
);

DEFINE_EVENT(slmbx_message, slmbx_recv,
	     TP_PROTO(u32 id, u32 len, long ret),
	     TP_ARGS(id, len, ret)
);

DECLARE_EVENT_CLASS(slmbx_many,
		    TP_PROTO(u32 id, u32 count, long ret),
		    TP_ARGS(id, count, ret),
		    TP_STRUCT__entry(__field(u32, id)
				     __field(uid_t, uid)
				     __field(u32, count)
				     __field(long, ret)),
		    TP_fast_assign(__entry->id = id;
				   __entry->uid = from_kuid(&init_user_ns, current_fsuid());
				   __entry->count = count;
				   __entry->ret = ret;),
		    TP_printk("id=%u uid=%u count=%u ret=%ld", __entry->id, __entry->uid,
			      __entry->count, __entry->ret)
);

DEFINE_EVENT(slmbx_many, slmbx_sendv,
	     TP_PROTO(u32 id, u32 count, long ret),
	     TP_ARGS(id, count, ret)
);

DEFINE_EVENT(slmbx_many, slmbx_settle,
	     TP_PROTO(u32 id, u32 count, long ret),
	     TP_ARGS(id, count, ret)
);

TRACE_EVENT(slmbx_recvv,
	    TP_PROTO(u32 id, u32 flags, u32 count, long ret),
	    TP_ARGS(id, flags, count, ret),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(uid_t, uid)
			     __field(u32, flags)
			     __field(u32, count)
			     __field(long, ret)),
	    TP_fast_assign(__entry->id = id;
			   __entry->uid = from_kuid(&init_user_ns, current_fsuid());
			   __entry->flags = flags;
			   __entry->count = count;
			   __entry->ret = ret;),
	    TP_printk("id=%u uid=%u flags=%#x count=%u ret=%ld", __entry->id, __entry->uid,
		      __entry->flags, __entry->count, __entry->ret)
);

/* clang-format on */

#endif /* SLMBX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
