import type { ServerOptions } from '@grpc/grpc-js';

const KIB = 1024;

/**
 * Bytes gRPC lets through for a message of at most `maxMessageBytes`: the fields around it, and some slack, so
 * that a message a little over the limit is told so by name and by number. One far over it is refused by gRPC as
 * its header arrives.
 */
export function frameLimit(maxMessageBytes: number): number {
  return maxMessageBytes + Math.ceil(maxMessageBytes / 16) + 64 * KIB;
}

/** What a response may have around the bytes of the messages in it: up to 128 for each of 1024. */
const RESPONSE_SLACK = 128 * KIB;

/** Options of the gRPC server. What they bound, no client can make unbounded. */
export function serverOptions(maxMessageBytes: number): ServerOptions {
  const limit = frameLimit(maxMessageBytes);
  return {
    'grpc.max_receive_message_length': limit,
    'grpc.max_send_message_length': limit + RESPONSE_SLACK,
    // Calls in flight on one connection; a client queues the rest. Each may hold one message of up to the limit.
    'grpc.max_concurrent_streams': 1024,
    // A client that vanished without a word is found by a ping, and its connection closed.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    // Channelz keeps counters of every call that nothing here reads.
    'grpc.enable_channelz': 0,
  };
}
