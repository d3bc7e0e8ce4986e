import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OLDEST_NODE, unsupportedNode } from './node-version';
import { PACKAGE_ROOT } from './package-info';

it.each(['20.0.0', '20.20.2', '24.21.0', '100.0.0'])('Node %s will do', (version) => {
  expect(unsupportedNode(version)).toBeUndefined();
});

it.each(['19.9.0', '18.20.4', '8.0.0', '0.12.18', ''])('Node %s is refused in one sentence', (version) => {
  expect(unsupportedNode(version)).toBe(
    `Node 20 or newer is needed and this is Node ${version}: install a newer one and start again.`,
  );
});

it('says what package.json says', () => {
  const { engines } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  expect(engines.node).toBe(`>=${OLDEST_NODE}`);
});
