/** All checks, in the order in which they are told. */
import type { Check } from './check.js';
import { auditCheck } from './checks/audit.js';
import { databaseCheck } from './checks/database.js';
import { decisionsCheck } from './checks/decisions.js';
import { derivedCheck } from './checks/derived.js';
import { diskCheck } from './checks/disk.js';
import { encodersCheck } from './checks/encoders.js';
import { erasuresCheck } from './checks/erasures.js';
import { permissionsCheck } from './checks/permissions.js';
import { prunableCheck } from './checks/prunable.js';
import { rowsCheck } from './checks/rows.js';
import { runsCheck } from './checks/runs.js';
import { versionsCheck } from './checks/versions.js';

export const checks: readonly Check[] = [
  databaseCheck,
  rowsCheck,
  derivedCheck,
  auditCheck,
  decisionsCheck,
  versionsCheck,
  encodersCheck,
  runsCheck,
  erasuresCheck,
  permissionsCheck,
  diskCheck,
  prunableCheck,
];
