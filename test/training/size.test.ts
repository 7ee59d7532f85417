import { mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { versionFiles } from '#espalier/versions/manifest.js';
import { writeTrained } from '#espalier/versions/version-folder.js';
import { settingsWith } from '../support/declaration.js';
import { jobOf, quiet } from '../support/problem.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the size of a version', () => {
  const root = temporaryFolder();
  it.each([
    { classes: 300, width: 256, dense: 64, lexical: 128 },
    { classes: 2000, width: 128, dense: 32, lexical: 32 },
    { classes: 400, width: 512, dense: 128, lexical: 0 },
    { classes: 40, width: 512, dense: 256, lexical: 512 },
  ])('is foretold within 15 %: %j', async ({ classes, width, dense, lexical }) => {
    const dimension = dense + lexical;
    const random = seededRandom('size', classes);
    const valueAt = (column: number) => (column < dense ? random.normal() : random.integer(2));
    const fresh = {
      vectors: Float32Array.from({ length: 2 * classes * dimension }, (_, index) => valueAt(index % dimension)),
      targets: Int32Array.from({ length: 2 * classes }, (_, row) => row % classes),
      ids: Int32Array.from({ length: 2 * classes }, (_, row) => row),
    };
    const job = jobOf('analytic', classes, { settings: settingsWith({ width }), dimension, lexical, fresh });
    const versions = versionsOf({ root: mkdtempSync(join(root, 'versions-')) });
    const contender = { adapter: 'desk', run: 1, strategy: 'analytic' };
    await writeTrained(versions, contender, await analytic.train(job, quiet));
    const files = [versionFiles.onnx, versionFiles.head, versionFiles.state];
    const bytes = files.reduce((sum, name) => sum + statSync(versions.whereIs(contender, name)).size, 0);
    const sizes = { fresh: fresh.targets.length, parent: undefined, dimension, lexical, classes: [classes] };
    const estimate = analytic.estimateBytes!(job.settings, sizes);
    expect(Math.abs(estimate / bytes - 1)).toBeLessThan(0.15);
  });
});
