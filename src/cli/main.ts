#!/usr/bin/env node
/**
 * The entry. Under a Node.js that is too old it starts itself again under a current one, before anything native is
 * loaded.
 */
import module from 'node:module';
import { join } from 'node:path';
import { cacheFolderOf } from '../runtime/cache-folder.js';
import { currentNode } from '../runtime/current-node.js';
import { relay } from '../runtime/relay.js';

const node = currentNode();
if (node === undefined) process.exitCode = 1;
else if (node === process.execPath) {
  keepCompiled();
  await import('./run.js');
} else relay(node, [...process.execArgv, ...process.argv.slice(1)], node);

/**
 * Node.js compiles a program's files at every start, which is a quarter of the work of a short command; what it
 * compiled is kept where it can be.
 */
function keepCompiled(): void {
  const folder = cacheFolderOf(process.env);
  if (folder !== undefined) module.enableCompileCache(join(folder, 'compiled'));
}
