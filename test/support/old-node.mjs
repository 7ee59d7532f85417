/**
 * Loaded before a command: it takes its Node.js for an old one, and says so when something native is loaded. Processes
 * that it starts see their own.
 */
if (process.env.ESPALIER_TEST_OLD_NODE) {
  delete process.env.ESPALIER_TEST_OLD_NODE;
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2', napi: '9' } });
  const load = process.dlopen;
  process.dlopen = (...given) => {
    process.stderr.write(`native: ${given[1]}\n`);
    return load(...given);
  };
}
