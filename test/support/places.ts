/** Every place that keeps versions, opened in an empty folder: a new one stands here and is tested by it. */
import { versionsOf } from '#espalier/versions/folder-versions.js';
import type { Versions } from '#espalier/versions/versions.js';
import { HashedVersions } from './hashed-versions.js';

export interface Place {
  readonly name: string;
  readonly open: (root: string) => Versions;
}

export const places: readonly Place[] = [
  { name: 'a folder of this machine', open: (root) => versionsOf({ root }) },
  { name: 'content under its hash', open: (root) => new HashedVersions(root) },
];
