/**
 * Marks of processes: a mark in a shared place lets another process check whether its owner is still running. A process
 * number alone is not enough: numbers are reused, and two containers may have the same host name and the same numbers.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sha256 } from './hash.js';

export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks from the start of the machine to that of the process; `-` if the system does not provide it. */
  readonly started: string;
  /** Hash of host name, boot of the machine and namespace of process numbers. */
  readonly place: string;
}

export function ownMark(): ProcessMark {
  return { pid: process.pid, started: statusOf(process.pid)?.started ?? '-', place: ownPlace() };
}

/** The mark as part of a file name: "4711-8812345-0a1b2c3d4e5f". */
export const markInWords = ({ pid, started, place }: ProcessMark) => `${pid}-${started}-${place}`;

export function parseMark(words: string): ProcessMark | undefined {
  const [, pid, started, place] = /^(\d+)-(\d+|-)-([0-9a-f]{12})$/.exec(words) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), started: started!, place: place! };
}

/** Whether the process is known to have ended. Nothing is known about processes of another place. */
export function isGone({ pid, started, place }: ProcessMark): boolean {
  if (place !== ownPlace()) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = statusOf(pid);
  // A process that has ended keeps its number until its parent has read its exit code.
  return now !== undefined && (now.state === 'Z' || (started !== '-' && now.started !== started));
}

/** State and start time from Linux's /proc; undefined on other systems. */
function statusOf(pid: number): { state: string; started: string } | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may contain anything; the state is the third field, the
    // start the 22nd.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return undefined;
  }
}

function ownPlace(): string {
  const parts = [
    hostname(),
    () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'),
    () => readlinkSync('/proc/self/ns/pid'),
  ];
  return sha256(JSON.stringify(parts.map((part) => (typeof part === 'string' ? part : readOrEmpty(part))))).slice(
    0,
    12,
  );
}

function readOrEmpty(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}
