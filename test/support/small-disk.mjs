/**
 * Loaded before the command: the database cannot grow by more than ESPALIER_TEST_PAGES pages, as on a disk that is
 * full.
 */
import { createRequire } from 'node:module';

const Database = createRequire(new URL('../../dist/store/database.js', import.meta.url))('better-sqlite3');
const { pragma } = Database.prototype;
Database.prototype.pragma = function (source, options) {
  const result = pragma.call(this, source, options);
  if (source.startsWith('foreign_keys')) {
    const pages = pragma.call(this, 'page_count', { simple: true });
    pragma.call(this, `max_page_count = ${pages + Number(process.env.ESPALIER_TEST_PAGES)}`);
  }
  return result;
};
