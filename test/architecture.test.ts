/** Holds what ARCHITECTURE.md promises of the source. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { newProgram } from '#espalier/cli/program.js';
import { kinds } from '#espalier/evaluation/kinds.js';
import { headKinds } from '#espalier/training/heads.js';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));
const sourceRoot = join(projectRoot, 'src');
const read = (...path: string[]) => readFileSync(join(projectRoot, ...path), 'utf8');

/** In the order data flows: a file imports from its own room or from one before it. The public entry stands last. */
const rooms =
  'runtime core work triggers declaration store encoder reading training versions evaluation curation intake replay gate update decisions erasure measuring study serving drift inspecting schedule upkeep library testing pages cli index.ts'.split(
    ' ',
  );

const files = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));

const roomOf = (file: string) => file.split('/')[0]!;

/** Relative imports, static and dynamic, of types and of values, as paths under src. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(sourceRoot, file), 'utf8');
  const found = source.matchAll(/(?:from|import|import\()\s*'(\.{1,2}\/[^']+)'/g);
  return [...found].map(([, path]) =>
    relative(sourceRoot, resolve(sourceRoot, dirname(file), path!)).replace(/\.jsx?$/, '.ts'),
  );
}

describe('the rooms of src/', () => {
  it('are the known ones', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !rooms.includes(room))).toEqual([]);
  });

  it('import only from the left', () => {
    const edges = files.flatMap((file) => importsOf(file).map((imported) => [file, imported] as const));
    expect(edges.length).toBeGreaterThan(150);
    const isWrong = (from: string, to: string) => rooms.indexOf(to) > rooms.indexOf(from);
    expect(
      edges.filter(([file, imported]) => isWrong(roomOf(file), roomOf(imported))).map((edge) => edge.join(' -> ')),
    ).toEqual([]);
  });

  it('import nothing that is not there', () => {
    const known = new Set(files.map((file) => file.replace(/\.tsx$/, '.ts')));
    expect(files.flatMap(importsOf).filter((imported) => !known.has(imported))).toEqual([]);
  });

  it('hold no cycle of imports', () => {
    expect(findCycle(new Map(files.map((file) => [file.replace(/\.tsx$/, '.ts'), importsOf(file)])))).toBe('none');
  });

  it('are at most three deep, and none is a drawer for everything', () => {
    expect(files.filter((file) => file.split('/').length > 3)).toEqual([]);
    expect(
      files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|index)(\/|\.tsx?$)/.test(file) && file !== 'index.ts'),
    ).toEqual([]);
  });

  it('hold no file of 300 lines or more', () => {
    const lengths = files.map(
      (file) => [file, readFileSync(join(sourceRoot, file), 'utf8').split('\n').length] as const,
    );
    expect(lengths.filter(([, lines]) => lines >= 300)).toEqual([]);
  });
});

describe('SQL', () => {
  it('is written in the store alone', () => {
    const written =
      /\.(selectFrom|selectNoFrom|insertInto|updateTable|deleteFrom|replaceInto|mergeInto)\(|\bsql(<[^`]*>)?`|\bsql\.(raw|lit|ref)\(|\.(prepare|exec|pragma)\(\s*[`'"]/;
    const found = files.flatMap((file) =>
      roomOf(file) === 'store'
        ? []
        : readFileSync(join(sourceRoot, file), 'utf8')
            .split('\n')
            .flatMap((line, index) => (written.test(line) ? [`${file}:${index + 1}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

describe('the files of versions', () => {
  /** Lines outside src/versions/ that match, as "room/file.ts:line". */
  const linesWith = (pattern: RegExp, isExempt: (file: string) => boolean = () => false) =>
    files.flatMap((file) =>
      roomOf(file) === 'versions' || isExempt(file)
        ? []
        : readFileSync(join(sourceRoot, file), 'utf8')
            .split('\n')
            .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
    );

  it('are named, and joined to paths, in src/versions/ alone', () => {
    const joined = /\b(join|resolve)\(.*['"`](versions|runs)\b|\/(versions|runs)\/\$\{|\$\{\w+\}\/(versions|runs)\b/;
    const named = /['"`](adapter\.onnx|(adapter|state|pieces)\.safetensors)['"`]|\bversionFiles\b|\bwhereIs\(/;
    expect(linesWith(joined)).toEqual([]);
    expect(linesWith(named)).toEqual([]);
  });

  it('are looked for in the place that whoever opens a workspace has chosen', () => {
    const opens = ['library/open-workspace.ts'];
    expect(linesWith(/folder-versions\.js'/, (file) => opens.includes(file))).toEqual([]);
  });
});

describe('flags of the command line', () => {
  /**
   * runtime/ calls npm. pages/ are read beside a command line, and CSS has names that begin so. Elsewhere a parameter is
   * named as the library names it, and the command line says its flag.
   */
  const mayNameFlags = ['cli', 'pages', 'runtime'];

  it('are named by the command line, by pages, and by the search for Node.js alone', () => {
    const found = files.flatMap((file) =>
      mayNameFlags.includes(roomOf(file))
        ? []
        : withoutComments(readFileSync(join(sourceRoot, file), 'utf8'))
            .split('\n')
            .flatMap((line, index) => (/(^|[^\w-])--[a-z]/.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

/** Blank lines stand in their place, so that lines keep their numbers. */
const withoutComments = (source: string) =>
  source.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, '')).replace(/^\s*\/\/.*$/gm, '');

describe('state', () => {
  /** Functions that give back an object or a function which changes a `let` of theirs, as "room/file.ts:line". */
  const statefulClosures = (file: string) => {
    const lines = readFileSync(join(sourceRoot, file), 'utf8').split('\n');
    return lines.flatMap((line, start) => {
      if (!/^(export )?(async )?function/.test(line)) return [];
      const body = lines.slice(start, lines.indexOf('}', start));
      const names = body.flatMap((inner) => [...(/^ {2}let (\[[^\]]+\]|\w+)/.exec(inner)?.[1] ?? '').matchAll(/\w+/g)]);
      const given = body.slice(body.findIndex((inner) => /^ {2}return (\{|\(?[\w, ]*\)? =>)/.test(inner))).join('\n');
      const isChanged = (name: string) => new RegExp(`\\b${name}\\b( (\\?\\?|[+*|-])?= |\\+\\+)`).test(given);
      return given.startsWith('  return') && names.some(([name]) => isChanged(name)) ? [`${file}:${start + 1}`] : [];
    });
  };

  it('is held by a class, or goes in and comes out: no function plays a class with variables of its own', () => {
    expect(files.flatMap(statefulClosures)).toEqual([]);
  });
});

describe('calls', () => {
  it('spread no array into arguments, of which the engine takes some 130,000: core/sequences.ts has loops instead', () => {
    const spread = /\b(push|unshift|splice|concat|max|min|fromCharCode|fromCodePoint)\(([^()]*, )?\.\.\./;
    const found = files.flatMap((file) =>
      readFileSync(join(sourceRoot, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (spread.test(line) ? [`${file}:${index + 1}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

describe('the seams', () => {
  /** What decides by the name of a member stands in the member's own file. */
  const decisionsBy = (names: readonly string[], drawer: string) => {
    const anyName = `'(${names.join('|')})'`;
    const decides = new RegExp(`\\b\\w*([kK]ind|head)\\)? *(===|!==) *${anyName}|\\bcase ${anyName}:|\\[${anyName}`);
    return files
      .filter((file) => !file.startsWith(drawer))
      .flatMap((file) =>
        readFileSync(join(sourceRoot, file), 'utf8')
          .split('\n')
          .flatMap((line, index) => (decides.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
      );
  };

  it('decide nothing by the name of a kind of head outside training/heads/', () => {
    expect(
      decisionsBy(
        headKinds.map(({ name }) => name),
        'training/heads/',
      ),
    ).toEqual([]);
  });

  it('decide nothing by the name of a kind of suite outside evaluation/kinds/', () => {
    expect(
      decisionsBy(
        kinds.map(({ name }) => name),
        'evaluation/kinds/',
      ),
    ).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it.each([...new Set(files.map(roomOf))].sort())('has a heading or a bold name for the room %s', (room) => {
    const named = new RegExp(`^(#+ .*|.*\\*\\*.*)\\b${room}\\b`, 'm');
    expect(read('ARCHITECTURE.md')).toMatch(named);
  });

  it('fits on two screens', () => {
    expect(read('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(151);
  });
});

const commands = await commandNames();

describe('the documentation', () => {
  it.each(commands)('says what `espalier %s` does', (name) => {
    const documentation = [
      read('README.md'),
      ...readdirSync(join(projectRoot, 'docs'))
        .filter((file) => file.endsWith('.md'))
        .map((file) => read('docs', file)),
    ].join('\n');
    expect(documentation).toMatch(new RegExp(`espalier ${name}\\b`));
  });
});

/** "candidates approve" for every command that does something. */
async function commandNames(): Promise<string[]> {
  const { stdin, stdout, stderr } = process;
  const program = await newProgram({
    stdin,
    stdout,
    stderr,
    environment: {},
    workingFolder: projectRoot,
    signal: new AbortController().signal,
  });
  const leaves = (command: Command, path: string): string[] => {
    const name = `${path}${command.name()}`;
    return command.commands.length === 0 ? [name] : command.commands.flatMap((child) => leaves(child, `${name} `));
  };
  return program.commands.flatMap((command) => leaves(command, ''));
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ');
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return 'none';
}
