import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requireRecentNode } from '#espalier/core/recent-node.js';
import { isRecentEnough, minimumNode } from '#espalier/runtime/minimum.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const declared = JSON.parse(read('package.json'));

describe('a Node.js', () => {
  it.each([
    ['22.14.0', '10', true],
    ['22.23.3', '10', true],
    ['24.0.0', '10', true],
    ['26.12.1', '10', true],
    ['100.1.0', '12', true],
    ['22.13.1', '9', false],
    ['22.2.0', '9', false],
    ['20.20.2', '9', false],
    ['18.20.0', '9', false],
    // Later than 22.14 by its number, without Node-API 10.
    ['23.5.0', '9', false],
    ['23.6.0', '10', true],
  ])('%s with Node-API %s: is recent enough: %s', (node, napi, expected) => {
    expect(isRecentEnough({ node, napi })).toBe(expected);
  });

  it('that is too old is refused before the store is loaded', () => {
    const old = () => requireRecentNode({ node: '20.20.2', napi: '9' });
    expect(old).toThrowError(
      expect.objectContaining({ code: 'NODE_TOO_OLD', message: expect.stringContaining(`needs ${minimumNode}`) }),
    );
    expect(() => requireRecentNode()).not.toThrow();
  });
});

describe('the oldest Node.js that is supported', () => {
  it('is the one of `engines`', () => expect(declared.engines.node).toBe(`>=${minimumNode}`));

  it('is the same wherever one is named', () => {
    const docs = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
    const pages = [
      'README.md',
      'ARCHITECTURE.md',
      'src/core/error-catalogue.ts',
      ...docs.map((file) => `docs/${file}`),
    ];
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/Node(?:\.js)? (\d+(?:\.\d+)*) or later/g)].map((found) => [page, found[1]]),
    );
    expect(named.map(([page]) => page)).toEqual(
      expect.arrayContaining(['README.md', 'docs/commands.md', 'docs/errors.md', 'src/core/error-catalogue.ts']),
    );
    expect(named.filter(([, version]) => version !== minimumNode)).toEqual([]);
  });

  it('has the types of its own major release', () => {
    expect(declared.devDependencies['@types/node'].split('.')[0]).toBe(minimumNode.split('.')[0]);
  });

  it('is no newer than any that is fetched where the own one is too old', () => {
    const fetched = Object.values(
      JSON.parse(read('runtime', 'package.json')).optionalDependencies as Record<string, string>,
    );
    expect(fetched.length).toBeGreaterThan(3);
    expect(fetched.filter((node) => !isRecentEnough({ node, napi: '10' }))).toEqual([]);
  });
});

it('no package runs a script of its own when it is installed', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
});
