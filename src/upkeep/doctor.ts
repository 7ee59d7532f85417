/** Examines a workspace, and writes nothing. */
import { describePlace, EspalierError } from '../core/errors.js';
import { appendAll } from '../core/sequences.js';
import { storeError } from '../store/database.js';
import { type Check, type Found, restoreCommand } from './check.js';
import { checks } from './checks.js';
import type { UpkeepSite } from './site.js';

export interface Finding extends Found {
  /** The name of the check. */
  readonly check: string;
}

export interface Examination {
  /** Its folder. */
  readonly workspace: string;
  /** Names of the checks that were made. */
  readonly checks: readonly string[];
  /** Errors first, then warnings, then notes. */
  readonly findings: readonly Finding[];
}

const severities: readonly Found['severity'][] = ['error', 'warning', 'note'];

/** Cost: the database and the files of all versions are read. @throws INTERRUPTED */
export async function examine(site: UpkeepSite): Promise<Examination> {
  const findings: Finding[] = [];
  for (const [index, check] of checks.entries()) {
    if (site.signal.aborted) throw new EspalierError('INTERRUPTED', `stopped before the check ${check.name}`);
    site.progress.begin(check.name);
    const found = await runCheck(check, site);
    // What keeps one check from its end keeps others from theirs, too.
    const news = found.filter(({ what }) => !findings.some((earlier) => earlier.what === what));
    appendAll(
      findings,
      news.map((one) => ({ check: check.name, ...one })),
    );
    site.progress.advance(index + 1, checks.length, 'checks');
    site.progress.end(news.length === 0 ? 'nothing' : `${news.length} found`);
  }
  const rank = ({ severity }: Finding) => severities.indexOf(severity);
  return {
    workspace: site.workspace.root,
    checks: checks.map(({ name }) => name),
    findings: findings.sort((a, b) => rank(a) - rank(b)),
  };
}

/** A check that cannot be made is a finding itself. */
async function runCheck(check: Check, site: UpkeepSite): Promise<readonly Found[]> {
  try {
    return await check.run(site);
  } catch (thrown) {
    const error = storeError(thrown, site.store);
    if (!(error instanceof EspalierError) || error.kind === 'stopped') throw error;
    const where = describePlace(error.at) || site.store.location;
    const command = error.code === 'STORE_CORRUPT' ? restoreCommand : error.hint;
    return [{ severity: 'error', what: error.message, where, command }];
  }
}
