import type { Duration } from '../../generated/google/protobuf/duration';

const NANOS_PER_SECOND = 1_000_000_000n;

/** 100 years of 365.25 days. */
export const MAX_SECONDS = 3_155_760_000n;

/** What a duration must be, for a sentence that begins with the name of its field. */
export const MUST_BE_DURATION = `must be from 0 to ${MAX_SECONDS} seconds, its nanos from 0 to 999999999`;
export const MUST_BE_POSITIVE_DURATION = `must be more than 0, ${MAX_SECONDS} seconds at most, its nanos from 0 to 999999999`;

/** The duration in nanoseconds; undefined if it is negative, too long or malformed. */
export function toNanoseconds({ seconds, nanos }: Duration): bigint | undefined {
  if (seconds < 0n || nanos < 0 || nanos > 999_999_999) {
    return undefined;
  }
  const nanoseconds = seconds * NANOS_PER_SECOND + BigInt(nanos);
  return nanoseconds <= MAX_SECONDS * NANOS_PER_SECOND ? nanoseconds : undefined;
}

/** As `toNanoseconds`; undefined for 0 too. */
export function toPositiveNanoseconds(duration: Duration): bigint | undefined {
  const nanoseconds = toNanoseconds(duration);
  return nanoseconds === 0n ? undefined : nanoseconds;
}

export function toDuration(nanoseconds: bigint): Duration {
  return { seconds: nanoseconds / NANOS_PER_SECOND, nanos: Number(nanoseconds % NANOS_PER_SECOND) };
}
