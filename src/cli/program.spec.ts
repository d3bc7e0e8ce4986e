import { buildProgram } from './program';
import { describeCommand, walk } from './completion/describe';
import { EXIT_KINDS } from './exit-codes';

const signal = new AbortController().signal;

async function printed(...args: string[]): Promise<string> {
  let text = '';
  const program = buildProgram({ signal }, (part) => {
    text += part;
  });
  await program.parseAsync(args, { from: 'user' }).catch(() => undefined);
  return text;
}

const commands = [...walk(describeCommand(buildProgram({ signal }, () => undefined)))];

it('has the commands of the manual', () => {
  expect(commands.map(({ path }) => path.join(' '))).toEqual([
    '',
    'create',
    'send',
    'recv',
    'peek',
    'stat',
    'ls',
    'set',
    'purge',
    'rm',
    'system',
    'system init',
    'system shutdown',
    'system status',
    'completion',
  ]);
});

it('describes each command, option and argument', () => {
  for (const { shape } of commands) {
    expect(shape.description).not.toBe('');
    expect(shape.options.filter(({ description }) => description === '')).toEqual([]);
  }
});

it('takes the global options with every command', () => {
  for (const { shape } of commands) {
    const names = shape.options.flatMap((option) => option.names);
    expect(names).toEqual(expect.arrayContaining(['--address', '--timeout', '--json', '--help', '--version']));
    expect(new Set(names).size).toBe(names.length);
  }
});

it('helps with examples and exit codes', async () => {
  const help = await printed('--help');
  expect(help).toContain('slmbx send 42 hello');
  for (const { meaning } of Object.values(EXIT_KINDS)) {
    expect(help).toContain(meaning);
  }
});

it.each(commands.map(({ path }) => path))('helps with "%s %s"', async (...path) => {
  const words = path.filter((word) => typeof word === 'string');
  const help = await printed(...words, '--help');
  expect(help).toContain(`Usage: ${['slmbx', ...words].join(' ')}`);
  expect(help).toContain('--address <address>');
});
