/** About how many seconds these commands of levels take on two cores. */
export const DURATIONS: Readonly<Record<string, number>> = {
  'conformance-device-module': 120,
  'conformance-device-uml': 60,
  'conformance-syscall-debug': 850,
  'conformance-syscall-syscall': 100,
  'conformance-syscall-uml': 60,
  'conformance32-syscall-syscall': 100,
  'faults-debug': 100,
  'fuzz-calls': 65,
  'fuzz-frame': 65,
  jest: 150,
  'jest-node24': 150,
  'jest-uml-1': 200,
  'jest-uml-2': 110,
  'jest-uml-3': 110,
  'kunit-debug': 35,
  'stress-debug': 110,
  'unit-asan': 40,
  'unit-tsan': 60,
};

/** Of all others. */
const DEFAULT_SECONDS = 20;

export function secondsOf(command: string): number {
  return DURATIONS[command] ?? DEFAULT_SECONDS;
}
