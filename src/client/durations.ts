import type { Duration } from '../generated/google/protobuf/duration';
import { checkMilliseconds } from './validate';

/** 100 years of 365.25 days, the most the service takes. */
export const MAX_DURATION_MS = 3_155_760_000_000;

const NANOS_PER_MS = 1_000_000;

/** A time to wait: 0 or more milliseconds. */
export function toDelay(name: string, milliseconds: unknown): Duration {
  return milliseconds === 0 ? { seconds: 0n, nanos: 0 } : toTime(name, milliseconds);
}

/** A time of which at least a nanosecond must be left. */
export function toTime(name: string, milliseconds: unknown): Duration {
  checkMilliseconds(name, milliseconds, MAX_DURATION_MS);
  const seconds = Math.floor(milliseconds / 1000);
  const nanos = Math.min(Math.max(Math.round((milliseconds - seconds * 1000) * NANOS_PER_MS), 0), 999_999_999);
  if (seconds === 0 && nanos === 0) {
    throw new RangeError(`${name} must be at least a nanosecond, not ${milliseconds} milliseconds`);
  }
  return { seconds: BigInt(seconds), nanos };
}

export function toMilliseconds({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / NANOS_PER_MS;
}
