/*
 * Imported for its effect, ahead of everything else: ends a process of too old a Node with one sentence rather than a
 * syntax error. Keep to what any Node can read.
 */
import { unsupportedNode } from '../node-version';

const complaint = unsupportedNode(process.versions.node);
if (complaint !== undefined) {
  process.stderr.write('slmbx: ' + complaint + '\n');
  process.exit(1);
}
