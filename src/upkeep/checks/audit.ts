import { checkAuditChain } from '../../store/audit-chain.js';
import { type Check, restoreCommand } from '../check.js';

/** Whether the rows of the audit follow each other as they were written. */
export const auditCheck: Check = {
  name: 'audit',
  async run({ store }) {
    const { broken } = await checkAuditChain(store.queries);
    if (broken === undefined) return [];
    const what =
      broken.what === 'content'
        ? `row ${broken.row} of the audit was changed`
        : `row ${broken.row} of the audit does not follow the row before it: one was removed, added or moved`;
    return [{ severity: 'error', what, where: store.location, command: restoreCommand }];
  },
};
