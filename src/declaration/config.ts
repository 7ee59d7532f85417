/**
 * espalier.config.js in the root of a workspace: code that runs with the rights of the calling user. No other folder is
 * searched for it. Each of its exports is a member made by a `define` function of espalier/extend.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EspalierError, messageOf, systemCodeOf } from '../core/errors.js';
import {
  type Extensions,
  membersBySeam,
  type Named,
  noExtensions,
  type Seam,
  seamOf,
  seams,
  withExtensions,
} from '../core/extensions.js';
import { guardMember } from './guarded-member.js';

export const configNames = ['espalier.config.js', 'espalier.config.mjs', 'espalier.config.ts'] as const;

/** Requirements for the members that a workspace adds to a seam. */
export interface SeamRules {
  /** Names that members cannot have. */
  readonly taken: readonly string[];
  /**
   * Describes a fault of a member whose fields have the right types; undefined if it has none.
   * @param others that the workspace adds to the seam
   */
  readonly faultOf?: (member: Named, others: readonly Named[]) => string | undefined;
}

/** Undefined if the workspace has none. @throws CONFIG_INVALID where there are two */
export function findConfig(root: string): string | undefined {
  const [file, second] = configNames.map((name) => join(root, name)).filter((path) => existsSync(path));
  if (second !== undefined)
    throw new EspalierError('CONFIG_INVALID', 'there are two configurations', {
      at: { file: second },
      hint: `Keep one; the other is ${file}.`,
    });
  return file;
}

/** @throws CONFIG_INVALID where the file throws, an export is not a member of a seam, or a name is taken */
export async function loadConfig(file: string, rules: Readonly<Record<Seam, SeamRules>>): Promise<Extensions> {
  const extensions = await importConfig(file);
  for (const seam of seams) {
    requireFree(seam, extensions, rules[seam].taken);
    requireSound(seam, extensions, rules[seam].faultOf);
  }
  return extensions;
}

/**
 * Imports a configuration without checking the rules of the seams, for a thread whose caller has checked them. @throws
 * CONFIG_INVALID
 */
export async function importConfig(file: string): Promise<Extensions> {
  const exported = await importModule(file);
  const added = Object.entries(exported).map(([name, value]) => {
    const seam = seamOf(value);
    const fault = seam === undefined ? 'no function of espalier/extend made it' : faultOf(seam, value as Named);
    if (fault !== undefined)
      throw new EspalierError('CONFIG_INVALID', `the export ${name} is not valid: ${fault}`, {
        at: { file, field: name },
      });
    return { seam: seam!, member: guardMember(value as Named, { file, seam: seam! }) };
  });
  return { file, members: membersBySeam(added) };
}

/** Runs `work` on another thread with the extensions of a configuration. @param file undefined if there is none */
export async function withConfig<T>(file: string | undefined, work: () => T): Promise<Awaited<T>> {
  const extensions = file === undefined ? noExtensions : await importConfig(file);
  return await withExtensions(extensions, work);
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    if (systemCodeOf(cause) === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new EspalierError('CONFIG_INVALID', `Node ${process.versions.node} cannot read TypeScript`, {
        at: { file },
        hint: 'Write it in JavaScript, as espalier.config.js, or run Espalier under Node 22.18 or later.',
        cause,
      });
    throw new EspalierError('CONFIG_INVALID', `it cannot be loaded: ${messageOf(cause)}`, { at: { file }, cause });
  }
}

/** Required fields of a member of each seam, with their types. */
const required: Readonly<Record<Seam, Readonly<Record<string, string>>>> = {
  strategy: {
    summary: 'string',
    headKinds: 'object',
    replays: 'boolean',
    options: 'object',
    continues: 'function',
    train: 'function',
  },
  head: { summary: 'string', trainable: 'boolean or string', forward: 'function' },
  policy: { summary: 'string', score: 'string', wantsVectors: 'boolean', choose: 'function' },
  'suite kind': {
    examines: 'string',
    scoring: 'string',
    metric: 'object',
    schema: 'object',
    texts: 'function',
    problemOf: 'function',
    asked: 'function',
    score: 'function',
    chance: 'function',
    importing: 'object',
    example: 'object',
  },
  trigger: { shape: 'object', isDeclared: 'function', read: 'function', due: 'function', next: 'function' },
};

const usualName = { pattern: /^[a-z0-9][a-z0-9-]{0,63}$/, words: 'lower-case letters, digits and dashes' };
/** Trigger names appear in checks but never in paths, so a trigger may have the name of its key. */
const triggerName = {
  pattern: /^[a-z][A-Za-z0-9-]{0,63}$/,
  words: 'letters, digits and dashes, the first a small letter',
};

function faultOf(seam: Seam, member: Named): string | undefined {
  const { pattern, words } = seam === 'trigger' ? triggerName : usualName;
  if (!pattern.test(String(member.name))) return `its name must be ${words}`;
  const fields = member as unknown as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(required[seam]).find(
    ([field, types]) => fields[field] === null || !types.split(' or ').includes(typeof fields[field]),
  );
  return wrong && `\`${wrong[0]}\` of a ${seam} must be of the type ${wrong[1]}`;
}

function requireFree(seam: Seam, { file, members }: Extensions, builtIn: readonly string[]): void {
  const names = members[seam].map(({ name }) => name);
  const twice = names.find((name, index) => builtIn.includes(name) || names.indexOf(name) < index);
  if (twice === undefined) return;
  const whose = builtIn.includes(twice) ? 'Espalier has one of that name' : 'it exports two of that name';
  throw new EspalierError('CONFIG_INVALID', `the ${seam} \`${twice}\` cannot be added: ${whose}`, {
    at: { file: file!, field: `${seam} ${twice}` },
    hint: 'Give it another name.',
  });
}

function requireSound(seam: Seam, { file, members }: Extensions, faultOf: SeamRules['faultOf']): void {
  for (const member of members[seam]) {
    const fault = faultOf?.(
      member,
      members[seam].filter((other) => other !== member),
    );
    if (fault === undefined) continue;
    throw new EspalierError('CONFIG_INVALID', `the ${seam} \`${member.name}\` is not valid: ${fault}`, {
      at: { file: file!, field: `${seam} ${member.name}` },
    });
  }
}
