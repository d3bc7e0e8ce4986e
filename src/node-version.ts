/** Oldest major version of Node this runs on; `engines` in package.json says the same. */
export const OLDEST_NODE = 20;

/** Why this version of Node won't do, or undefined if it will. */
export function unsupportedNode(version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  return major >= OLDEST_NODE
    ? undefined
    : `Node ${OLDEST_NODE} or newer is needed and this is Node ${version}: install a newer one and start again.`;
}
