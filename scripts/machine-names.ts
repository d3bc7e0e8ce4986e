import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inRoot, root } from './paths';
import { sourceFiles } from './source-files';

/** Folders that every machine has: their names tell nothing. */
const COMMON = new Set([
  '/',
  '/root',
  '/home',
  '/tmp',
  '/var/tmp',
  '/opt',
  '/srv',
  '/usr',
  '/usr/src',
  '/var/lib',
  '/build',
]);

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Hosts in the settings of npm and apt. */
function registryHosts(): string[] {
  const lists = '/etc/apt/sources.list.d';
  const sources = existsSync(lists) ? readdirSync(lists).map((name) => join(lists, name)) : [];
  const settings = ['/etc/apt/sources.list', ...sources, join(homedir(), '.npmrc'), inRoot('.npmrc')].map(textOf);
  const urls = [...settings, process.env['npm_config_registry'] ?? '']
    .join('\n')
    .matchAll(/https?:\/\/(?:[^@/\s]*@)?([\w.-]+)/g);
  return [...urls].map((url) => url[1] ?? '');
}

/** The checkout, the folder it stands in, and its owner's home. A temporary folder has any name. */
function places(): string[] {
  const isTelling = (path: string): boolean => !COMMON.has(path) && !path.startsWith(`${tmpdir()}/`);
  return [...new Set([root, dirname(root), homedir()])].filter(isTelling);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Lines that name this machine, its checkout or its package registries: they would be wrong on every other. */
export function machineNames(): string[] {
  // One that is a plain word says nothing about a machine.
  const hosts = [...registryHosts(), hostname()].filter((name) => /[\d.-]/.test(name) && name !== '127.0.0.1');
  const patterns = [
    ...hosts.map((name) => `\\b${escaped(name)}\\b`),
    ...places().map((path) => `(?<![\\w.])${escaped(path)}(?![\\w-])`),
  ];
  const found = new RegExp(patterns.join('|'));
  return sourceFiles(/./).flatMap((path) =>
    readFileSync(inRoot(path), 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const match = found.exec(line);
        return match ? [`${path}:${index + 1}: names ${match[0]}`] : [];
      }),
  );
}
