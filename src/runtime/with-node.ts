/**
 * Runs a command under a Node.js that is recent enough: `node dist/runtime/with-node.js vitest run`. The scripts of
 * package.json call it.
 */
import { currentNode } from './current-node.js';
import { relay } from './relay.js';

const [command, ...words] = process.argv.slice(2);
const node = command === undefined ? undefined : currentNode();
if (command === undefined) process.stderr.write('usage: node dist/runtime/with-node.js COMMAND [ARGUMENT...]\n');
if (node === undefined) process.exitCode = command === undefined ? 2 : 1;
else {
  if (node !== process.execPath)
    process.stderr.write(`Node.js ${process.versions.node} is too old; this runs under ${node}\n`);
  relay(command!, words, node);
}
