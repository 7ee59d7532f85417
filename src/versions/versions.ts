/**
 * The seam between versions and their storage. docs/extending.md adds a storage place step by step.
 *
 * version:   one numbered state of an adapter: its manifest, and the files that the manifest names. It never changes.
 * contender: the result of one strategy in one run. Its files are staged until it is published as a version, or
 *            discarded with its run.
 * record:    the description of a contender that training writes once all of its files are staged.
 * owner:     the name of a version or a contender: each file belongs to one of them.
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
  /** File name such as adapter.onnx, without a folder. */
  readonly name: string;
  /** The SHA-256 in the manifest or the record, lower-case hex: a place may store the content under it. */
  readonly sha256: string;
}

/**
 * A place that stores the versions and the contenders of all adapters. Every method may be called by several processes
 * at once. A place only moves bytes: its callers check the hashes (version-folder.ts). All methods report errors of the
 * disk or the connection as errors of the catalogue: DISK_FULL, DISK_READ_ONLY, DISK_FAILED, FILE_UNREADABLE,
 * TOO_MANY_FILES.
 * @example
 * await versions.stage(contender, 'adapter.onnx', bytes);
 * await versions.publish(contender, 4, manifest); // version 4 is readable, and the contender no longer staged
 */
export interface Versions {
  /** Numbers in use, in ascending order: those of complete versions, and of anything else stored under a number. */
  list(adapter: string): Promise<number[]>;
  /** The location of the owner, or of its file, for messages only. */
  whereIs(owner: Owner, file?: string): string;
  /** The bytes of the manifest; undefined if the version has none, or does not exist. */
  readManifest(version: VersionName): Promise<Buffer | undefined>;
  /** The whole content of a file; undefined if it is missing. */
  read(owner: Owner, file: FileKey): Promise<Buffer | undefined>;
  /**
   * Path of a file on this machine with that content, for code that opens files by their path; undefined if it is
   * missing. It stays there, unmodified, as long as the process lives or until the owner is discarded.
   */
  localFile(owner: Owner, file: FileKey): Promise<string | undefined>;

  /**
   * Stores a file of a contender, whole or not at all, replacing an earlier one. @returns SHA-256 of the stored file
   */
  stage(contender: ContenderName, file: string, content: Content): Promise<string>;
  /** Whether the contender has files that were neither published nor discarded. */
  isStaged(contender: ContenderName): Promise<boolean>;
  writeRecord(contender: ContenderName, record: string): Promise<void>;
  /** Undefined if its training has not ended. */
  readRecord(contender: ContenderName): Promise<string | undefined>;

  /**
   * Turns the staged files of the contender and the manifest into the version of that number, whole or not at all, and
   * permanently: afterwards the contender is not staged, and the version is readable.
   * @throws VERSION_EXISTS where the number is taken; of several that publish under one number one succeeds
   */
  publish(contender: ContenderName, version: number, manifest: string): Promise<void>;
  /** Removes a version permanently; its number is free in this place afterwards. The version need not exist. */
  remove(version: VersionName): Promise<void>;
  /** Numbers of runs with contenders or records that were neither published nor discarded, in ascending order. */
  listRuns(adapter: string): Promise<number[]>;
  /** Removes the contenders of a run, with their records. There may be none. */
  discard(run: RunName): Promise<void>;
  /** Removes the contenders of all runs of the adapter. */
  discardAll(adapter: string): Promise<void>;
}
