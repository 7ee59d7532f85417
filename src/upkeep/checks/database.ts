import { type Check, restoreCommand } from '../check.js';

/** Whether the database's own structure is whole, and no row points to one that is not there. */
export const databaseCheck: Check = {
  name: 'database',
  async run({ store }) {
    const damage = await store.engine.findDamage(store.queries);
    return damage.map((what) => ({ severity: 'error', what, where: store.location, command: restoreCommand }));
  },
};
