#!/usr/bin/env node
/** The entry. Under a Node.js that is too old it starts itself again under a current one, before anything native is loaded. */
import { currentNode } from '../runtime/current-node.js';
import { relay } from '../runtime/relay.js';

const node = currentNode();
if (node === undefined) process.exitCode = 1;
else if (node === process.execPath) await import('./run.js');
else relay(node, [...process.execArgv, ...process.argv.slice(1)], node);
