import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure, reasonOf } from './failure';
import { inRoot } from './paths';

const READY_MS = 15_000;
const STOP_MS = 15_000;
const POLL_MS = 20;

/** Something accepts connections there. */
export function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const done = (up: boolean): void => {
      connection.destroy();
      resolve(up);
    };
    connection.on('connect', () => {
      done(true);
    });
    connection.on('error', (error: NodeJS.ErrnoException) => {
      // A full backlog is a daemon that's there.
      done(error.code === 'EAGAIN');
    });
  });
}

/** A file beside the socket: slmbxd.pid for slmbxd.sock. */
function beside(socket: string, extension: string): string {
  return socket.replace(/\.sock$/, '') + extension;
}

/** A daemon that was started here. */
export interface DaemonProcess {
  pid: number;
  /** The file it runs was replaced since. */
  outdated: boolean;
}

/** Who listens on this socket since it was started here. The pid file alone proves nothing: pids are used again. */
export function daemonProcess(socket: string): DaemonProcess | undefined {
  try {
    const pid = Number.parseInt(readFileSync(beside(socket, '.pid'), 'utf8'), 10);
    const executable = readlinkSync(`/proc/${pid}/exe`);
    const isDaemon = basename(executable).split(' ')[0] === 'slmbxd';
    const isOurs = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(socket);
    return isDaemon && isOurs ? { pid, outdated: executable.endsWith(' (deleted)') } : undefined;
  } catch {
    return undefined;
  }
}

/** Starts slmbxd in a session of its own, so that it outlives the service and this terminal. Returns its pid. */
export async function startDaemon(socket: string): Promise<number> {
  const logFile = beside(socket, '.log');
  let log: number;
  try {
    log = openSync(logFile, 'a', 0o600);
  } catch (error) {
    throw new Failure(`the log of slmbxd, ${logFile}, can't be written: ${reasonOf(error)}`);
  }
  const logged = statSync(logFile).size;
  const child = spawn(inRoot('build', 'native', 'slmbxd'), ['--socket', socket], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = reasonOf(error);
  });
  child.on('exit', () => {
    ended = readFileSync(logFile).subarray(logged).toString().trim() || 'it said nothing';
  });

  const deadline = Date.now() + READY_MS;
  while (!(await answers(socket))) {
    if (ended !== undefined) throw new Failure(`slmbxd did not start: ${ended}`);
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Failure(`slmbxd did not listen on ${socket} within ${READY_MS / 1_000} seconds; see ${logFile}`);
    }
    await delay(POLL_MS);
  }
  child.unref();
  const pid = child.pid ?? 0;
  writeFileSync(beside(socket, '.pid'), `${pid}\n`);
  return pid;
}

/** Ends the daemon that was started here, and with it every message. False if there is none. */
export async function stopDaemon(socket: string): Promise<boolean> {
  const found = daemonProcess(socket);
  if (found === undefined) return false;
  process.kill(found.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  while (daemonProcess(socket) !== undefined) {
    if (Date.now() > deadline) {
      throw new Failure(`slmbxd, pid ${found.pid}, did not end within ${STOP_MS / 1_000} seconds`);
    }
    await delay(POLL_MS);
  }
  rmSync(beside(socket, '.pid'), { force: true });
  return true;
}
