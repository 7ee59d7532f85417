/** A registry on loopback with one package, whose program says a version: enough for `npm ci`. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface NpmRegistry {
  readonly address: string;
  /** Of package.json and package-lock.json, as `runtime/` has them. */
  readonly pins: string;
  /** How often its tarball was asked for. */
  readonly sent: () => number;
  close(): void;
}

/** @param says what its program prints; the package's version is 24.99.0 */
export async function openNpmRegistry(folder: string, says = 'v24.99.0'): Promise<NpmRegistry> {
  const name = 'node-of-a-test';
  const about = { name, version: '24.99.0', os: process.platform, cpu: process.arch, bin: { node: 'bin/node' } };
  const tarball = packed(join(folder, 'sent'), about, `#!/bin/sh\necho ${says}\n`);
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  let sent = 0;
  const server = createServer((request, response) => {
    if (!request.url!.endsWith('.tgz')) {
      const dist = { tarball: `http://${request.headers.host}/${name}.tgz`, integrity };
      response.end(
        JSON.stringify({
          name,
          'dist-tags': { latest: about.version },
          versions: { [about.version]: { ...about, dist } },
        }),
      );
      return;
    }
    sent += 1;
    response.end(tarball);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pins = join(folder, 'pins');
  mkdirSync(pins);
  const lock = {
    packages: { '': {}, [`node_modules/${name}`]: { ...about, name: undefined, integrity, optional: true } },
  };
  writeFileSync(join(pins, 'package-lock.json'), JSON.stringify(lock));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, pins, sent: () => sent, close: () => void server.close() };
}

function packed(folder: string, about: object, program: string): Buffer {
  mkdirSync(join(folder, 'package', 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package', 'package.json'), JSON.stringify(about));
  writeFileSync(join(folder, 'package', 'bin', 'node'), program);
  chmodSync(join(folder, 'package', 'bin', 'node'), 0o755);
  execFileSync('tar', ['-czf', join(folder, 'package.tgz'), '-C', folder, 'package']);
  return readFileSync(join(folder, 'package.tgz'));
}
