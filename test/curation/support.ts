/** A workspace in which versions are trained and approved in a second or two each. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sha256 } from '#espalier/core/hash.js';
import { decodeSafetensors } from '#espalier/core/safetensors.js';
import { type AdapterHandle, type Manifest, openEspalier } from '#espalier/index.js';
import { openTestWorkspace, TestWorkspace, type TestWorkspaceOptions } from '#espalier/testing/testing.js';
import { temporaryFolder } from '../support/temporary-folder.js';

export interface Desk extends TestWorkspace {
  readonly triage: AdapterHandle;
  /** Trains, and approves whatever the gate says. */
  readonly ship: () => Promise<Awaited<ReturnType<AdapterHandle['update']>>>;
  /** The SHA-256 of each tensor that a version keeps to continue from. */
  readonly stateOf: (version: number) => ReadonlyMap<string, string>;
  readonly manifestOf: (version: number) => Manifest;
  readonly bytesOf: (version: number, file: string) => Buffer;
  /** Number of the example with this text. */
  readonly idOf: (text: string) => Promise<number>;
}

export async function openDesk(options: TestWorkspaceOptions = {}): Promise<Desk> {
  return deskOf(await openTestWorkspace(options));
}

const templates = new Map<string, string>();

/** What `make` gives, which is made once for a name and copied for each test. */
export async function copyOfDesk(name: string, make: () => Promise<Desk>): Promise<Desk> {
  const template = templates.get(name);
  if (template === undefined) {
    const made = await make();
    const kept = temporaryFolder();
    await made.espalier.close();
    cpSync(made.folder, kept, { recursive: true });
    templates.set(name, kept);
    return copyOfDesk(name, make);
  }
  const folder = temporaryFolder();
  cpSync(template, folder, { recursive: true });
  return deskOf(new TestWorkspace(folder, await openEspalier({ workspace: folder, actor: 'test', environment: {} })));
}

async function deskOf(desk: TestWorkspace): Promise<Desk> {
  onTestFinished(() => desk.close());
  const triage = await desk.espalier.adapter();
  const fileOf = (version: number, file: string) =>
    readFileSync(join(desk.folder, 'adapters', 'triage', 'versions', String(version), file));
  return Object.assign(desk, {
    triage,
    async ship() {
      const update = await triage.update();
      await desk.espalier.candidates.approve(update.candidateId, { reason: 'a test', override: true });
      return update;
    },
    stateOf(version: number) {
      const tensors = decodeSafetensors(fileOf(version, 'state.safetensors'), 'state');
      return new Map(
        Object.entries(tensors).map(([name, { data }]) => [
          name,
          sha256(Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
        ]),
      );
    },
    bytesOf: fileOf,
    manifestOf: (version: number) => JSON.parse(fileOf(version, 'manifest.json').toString()) as Manifest,
    async idOf(text: string) {
      for await (const example of triage.examples()) if (example.text === text) return example.id;
      throw new Error(`no example ${text}`);
    },
  });
}
