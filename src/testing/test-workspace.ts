/** A temporary workspace with one adapter on the small encoder, for tests of a program that uses Espalier. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkspace } from '../library/create-workspace.js';
import { type Espalier, openEspalier } from '../library/espalier.js';
import { type SmallEncoder, writeSmallEncoder } from './small-encoder.js';

export interface TestWorkspaceOptions {
  /** Name of the adapter; `triage` by default. */
  readonly adapter?: string | undefined;
  /** Edits the text of its adapter.yaml. */
  readonly declare?: ((source: string) => string) | undefined;
  readonly encoder?: SmallEncoder | undefined;
  /** `test` by default. */
  readonly actor?: string | undefined;
}

export class TestWorkspace {
  /** Removed by `close`. */
  readonly folder: string;
  readonly espalier: Espalier;

  constructor(folder: string, espalier: Espalier) {
    this.folder = folder;
    this.espalier = espalier;
  }

  async close(): Promise<void> {
    await this.espalier.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Opens the workspace; an intake, an update and an answer in it take about a second. */
export async function openTestWorkspace(options: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
  const { adapter = 'triage', declare = (source) => source, encoder, actor = 'test' } = options;
  const folder = await mkdtemp(join(tmpdir(), 'espalier-test-'));
  try {
    await writeSmallEncoder(join(folder, 'encoder'), encoder);
    await createWorkspace(folder, { adapter, source: declare(testDeclaration(adapter)) });
    return new TestWorkspace(folder, await openEspalier({ workspace: folder, actor, environment: {} }));
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** Declares no suite, and wide margins, so that a handful of rows can pass. */
export function testDeclaration(adapter: string): string {
  return `name: ${adapter}
encoder:
  model: ./encoder
  pooling: [mean, ngrams:256]
tasks:
  - name: label
strategy: analytic
training:
  width: 64
holdout:
  fraction: 0.25
buffer:
  examples: 100
answers: { robustness: false, invariance: false, scope: false }
gate:
  confidence: 0.9
  margin: 0.4
  domains:
    margin: 0.4
`;
}
