import type { CommandShape } from './describe';
import { bashCompletion } from './bash';
import { fishCompletion } from './fish';
import { zshCompletion } from './zsh';

/** Descriptions with everything in them that a shell could take amiss. */
const NASTY = `it's "a" $(x) \`y\` [z]: 100% \\ ; & |`;

const ROOT: CommandShape = {
  name: 'slmbx',
  description: NASTY,
  options: [{ names: ['--colour', '-c'], description: NASTY, value: { kind: 'choice', choices: ['red', 'blue'] } }],
  values: [],
  commands: [
    {
      name: 'paint',
      description: NASTY,
      options: [{ names: ['--file'], description: NASTY, value: { kind: 'file' } }],
      values: [{ kind: 'choice', choices: ['wall', 'door'] }],
      commands: [],
    },
  ],
};

it('names every command, option and choice in each script', () => {
  for (const script of [bashCompletion(ROOT), zshCompletion(ROOT), fishCompletion(ROOT)]) {
    for (const word of ['paint', 'colour', 'file', 'red', 'blue', 'wall', 'door']) {
      expect(script).toContain(word);
    }
  }
});

it('keeps descriptions out of bash, which shows none', () => {
  expect(bashCompletion(ROOT)).not.toContain('100%');
});

it('quotes descriptions for zsh', () => {
  expect(zshCompletion(ROOT)).toContain(`[it'\\''s "a" $(x) \`y\` \\[z\\]\\: 100% \\\\ ; & |]`);
});

it('quotes descriptions for fish', () => {
  expect(fishCompletion(ROOT)).toContain(`-d 'it\\'s "a" $(x) \`y\` [z]: 100% \\\\ ; & |'`);
});
