/**
 * The seam between versions and the place that keeps them. docs/extending.md adds a place step by step.
 *
 * version:   what an adapter is at one number: its manifest, and the files that the manifest names. It never changes.
 * contender: what one strategy of one run has trained. Its files are staged until it is published as a version, or
 *            discarded with its run.
 * record:    what training says of a contender, written when all of its files are staged.
 * owner:     a version or a contender, by its name: files belong to one of them.
 */
import type { Content } from '../core/files.js';

export interface VersionName {
  readonly adapter: string;
  readonly version: number;
}

export interface RunName {
  readonly adapter: string;
  readonly run: number;
}

export interface ContenderName extends RunName {
  readonly strategy: string;
}

export type Owner = VersionName | ContenderName;

export interface FileKey {
  /** Such as adapter.onnx, without a folder. */
  readonly name: string;
  /** The SHA-256 that the manifest or the record gives, lower-case hex: a place may keep the content under it. */
  readonly sha256: string;
}

/**
 * A place that keeps the versions and the contenders of all adapters. Every method may be called by several processes
 * at once. A place moves bytes: whoever reads checks the hashes (version-folder.ts). All methods throw what the disk or
 * the connection reports as an error of the catalogue: DISK_FULL, DISK_READ_ONLY, DISK_FAILED, FILE_UNREADABLE,
 * TOO_MANY_FILES.
 */
export interface Versions {
  /** Numbers that are taken, in ascending order: those of whole versions, and of whatever else bears a number. */
  list(adapter: string): Promise<number[]>;
  /** Where the owner, or the file of it, is kept, in words for messages. Nobody opens it. */
  whereIs(owner: Owner, file?: string): string;
  /** The bytes of the manifest; undefined: the version has none, or there is no such version. */
  readManifest(version: VersionName): Promise<Buffer | undefined>;
  /** The whole content of a file; undefined: it is missing. */
  read(owner: Owner, file: FileKey): Promise<Buffer | undefined>;
  /**
   * Path of a file of this machine with that content, for what opens files by their path; undefined: it is missing.
   * It stays there as long as the process lives or until the owner is discarded, and nobody writes to it.
   */
  localFile(owner: Owner, file: FileKey): Promise<string | undefined>;

  /** Keeps a file of a contender, whole or not at all, in place of an earlier one. @returns SHA-256 of what is kept */
  stage(contender: ContenderName, file: string, content: Content): Promise<string>;
  /** Whether there are files of the contender that were neither published nor discarded. */
  isStaged(contender: ContenderName): Promise<boolean>;
  writeRecord(contender: ContenderName, record: string): Promise<void>;
  /** Undefined: its training has not ended. */
  readRecord(contender: ContenderName): Promise<string | undefined>;

  /**
   * Makes the staged files of the contender and the manifest the version of that number, whole or not at all, and for
   * good: afterwards the contender is not staged, and the version is readable.
   * @throws VERSION_EXISTS where the number is taken; of several that publish under one number one succeeds
   */
  publish(contender: ContenderName, version: number, manifest: string): Promise<void>;
  /** Removes a version for good; its number is free in this place afterwards. There need not be one. */
  remove(version: VersionName): Promise<void>;
  /** Numbers of the runs that have contenders or records which were neither published nor discarded, in ascending order. */
  listRuns(adapter: string): Promise<number[]>;
  /** Removes the contenders of a run, with their records. There need not be any. */
  discard(run: RunName): Promise<void>;
  /** Removes the contenders of all runs of the adapter. */
  discardAll(adapter: string): Promise<void>;
}
