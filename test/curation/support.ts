/** A workspace in which versions are trained and approved in a second or two each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sha256 } from '#espalier/core/hash.js';
import { decodeSafetensors } from '#espalier/core/safetensors.js';
import type { AdapterHandle, Manifest } from '#espalier/index.js';
import { openTestWorkspace, type TestWorkspace, type TestWorkspaceOptions } from '#espalier/testing/testing.js';

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
  const desk = await openTestWorkspace(options);
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
