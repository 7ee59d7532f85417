import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DomainChange, Report } from '#espalier/gate/report.js';
import type { Prediction } from '#espalier/serving/champion.js';
import type { Manifest } from '#espalier/versions/manifest.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, billing, declare, deskDeclaration, rowsOf, trainedDesk, withDatabase } from '../support/desk.js';
import { expectReport } from '../support/plain.js';
import { jsonLines } from '../support/suite.js';

/** Who takes care of an intent. One team is called as an intent of others is. */
const teams: Readonly<Record<string, string>> = {
  cancel_subscription: 'keepers',
  payment_failed: 'refund_status',
  refund_status: 'books',
};
const withTeam = billing.map(({ text, label }) => ({ text, label: teams[label]! }));

/** A champion of one task meets a second: the same texts, another question. */
let desk: string;
const manifestFile = (version: number) => join(desk, 'adapters', 'desk', 'versions', String(version), 'manifest.json');
const readManifest = (version: number) => JSON.parse(readFileSync(manifestFile(version), 'utf8'));
const ingestTeams = ['ingest', 'teams.jsonl', '--adapter', 'desk', '--domain', 'billing'];
beforeAll(async () => {
  desk = await trainedDesk();
  // As it was written before there were several tasks.
  const { classes, domains, ...rest } = readManifest(1) as Manifest;
  const old = {
    ...rest,
    task: 'intent',
    classes: classes.map(({ label }) => label),
    domains: domains.map(({ domain }) => domain),
  };
  writeFileSync(manifestFile(1), JSON.stringify(old));
  // That Espalier did not keep the manifest's hash.
  withDatabase(desk, (database) => database.exec('update candidates set manifest_hash = null'));
  declare(
    desk,
    deskDeclaration((source) =>
      source.replace(
        '- name: intent\n',
        '- name: intent\n  - name: team\n    labels: [keepers, refund_status, books]\n',
      ),
    ),
  );
  writeFileSync(join(desk, 'teams.jsonl'), jsonLines(withTeam));
});

describe('examples of a second task', () => {
  it('are taken in only where the task is named', async () => {
    const { code, stderr } = await espalier(desk, ingestTeams);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\[TASK_MISSING\](.|\n)*--task: intent, team/)]);
  });

  it('need two labels to be learned', async () => {
    const keepers = withTeam.filter(({ label }) => label === 'keepers');
    const input = jsonLines(keepers);
    await succeed(desk, ['ingest', '-', ...ingestTeams.slice(2), '--task', 'team', ...at(11)], { input });
    const { code, stderr } = await espalier(desk, ['update', 'desk', ...at(11)]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/`keepers` only in its task team \[TOO_FEW_CLASSES\]/)]);
  });

  it('may be of texts that have a label in the first', async () => {
    expect(await succeedJson(desk, [...ingestTeams, '--task', 'team', ...at(11)])).toMatchObject({
      contradictions: 0,
      rejected: 0,
    });
    expect(rowsOf(desk, 'select task, count(*) as texts from examples group by task order by task')).toEqual([
      { task: 'intent', texts: billing.length },
      { task: 'team', texts: billing.length },
    ]);
  });
});

describe('an update that brings a second task', () => {
  let report: Report;
  beforeAll(async () => {
    report = (await succeedJson<{ report: Report }>(desk, ['update', 'desk', ...at(12)])).report;
  });

  it('is judged by the holdouts of both, and leaves the first as good as it was', () => {
    expect(report.verdict).toBe('pass');
    expect(report.rows.map(({ suite }) => suite)).toEqual(
      expect.arrayContaining(['holdout/intent/billing', 'holdout/team/billing']),
    );
    const earlier = report.rows.find(({ suite }) => suite === 'holdout/intent/billing')!;
    const [intent, team] = ['intent', 'team'].map(
      (task) => report.domains.find(({ learned }) => learned.task === task)!,
    );
    expect(intent).toMatchObject({
      domain: 'intent/billing',
      learned: { task: 'intent', domain: 'billing' },
    } satisfies Partial<DomainChange>);
    expect([earlier.cases, intent!.candidate]).toEqual([intent!.cases, intent!.champion]);
    const [{ answers, changed }] = rowsOf<{ answers: number; changed: number }>(
      desk,
      "select count(*) as answers, sum(champion_answer <> candidate_answer) as changed from eval_results where suite = 'holdout/intent/billing' and run_id = (select max(id) from runs)",
    ) as [{ answers: number; changed: number }];
    expect([answers, changed]).toEqual([intent!.cases, 0]);
    expect(team).toMatchObject({ domain: 'team/billing', champion: 0 });
    expect(team!.candidate).toBeGreaterThan(0.7);
    expect(report.continual).toMatchObject({ forgetting: 0, backwardTransfer: 0 });
    expect(rowsOf(desk, 'select version, task, domain from domain_accuracies order by version, task')).toEqual([
      { version: 1, task: 'intent', domain: 'billing' },
      { version: 2, task: 'intent', domain: 'billing' },
      { version: 2, task: 'team', domain: 'billing' },
    ]);
  });

  it('keeps the classes of its parent in their order, and adds those of the new task', () => {
    const { classes, domains } = readManifest(2) as Manifest;
    const before = (readManifest(1).classes as string[]).map((label) => ({ task: 'intent', label }));
    expect(classes.slice(0, 3)).toEqual(before);
    expect(classes.slice(3).map(({ task }) => task)).toEqual(['team', 'team', 'team']);
    expect(classes.filter(({ label }) => label === 'refund_status')).toHaveLength(2);
    expect(domains).toEqual(['intent', 'team'].map((task) => ({ task, domain: 'billing' })));
  });
});

describe('a champion of two tasks', () => {
  beforeAll(async () => {
    await succeed(desk, ['candidates', 'approve', '2', '--reason', 'both', ...at(13)]);
  });

  it('answers each text for each task', async () => {
    const input = billing.map(({ text }) => text).join('\n');
    const printed = await succeed(desk, ['predict', 'desk', '--json'], { input });
    const answers = printed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Prediction);
    expect(answers.map(({ text, task }) => [text, task])).toEqual(
      billing.flatMap(({ text }) => [
        [text, 'intent'],
        [text, 'team'],
      ]),
    );
    const shareRight = (task: string, rows: readonly { label: string }[]) =>
      answers.filter((answer) => answer.task === task).filter(({ label }, index) => label === rows[index]!.label)
        .length / rows.length;
    expect(shareRight('intent', billing)).toBeGreaterThan(0.9);
    expect(shareRight('team', withTeam)).toBeGreaterThan(0.9);
  });

  it('answers for one task, where one is asked for', async () => {
    const { text } = billing.find(({ label }) => label === 'payment_failed')!;
    expect(await succeedJson(desk, ['predict', 'desk', text, '--task', 'team'])).toMatchObject({
      text,
      task: 'team',
      label: 'refund_status',
    });
    const printed = await succeed(desk, ['predict', 'desk', text]);
    expect(printed).toMatch(/^intent +payment_failed +\d+\.\d % {2}v2 .*\nteam +refund_status +\d+\.\d % {2}v2 .*\n$/);
    expectReport(printed);
  });

  it('has a buffer that is balanced over both, and shows the task', async () => {
    const printed = await succeed(desk, ['buffer', 'stats']);
    expectReport(printed);
    expect(printed).toContain('desk: 40 of 40 examples, 6 cells');
    const members = [...printed.matchAll(/^ (intent|team) +billing +\w+ +(\d+) /gm)].map(([, , count]) =>
      Number(count),
    );
    expect(members).toHaveLength(6);
    expect(Math.max(...members) - Math.min(...members)).toBeLessThanOrEqual(1);
    const listed = await succeed(desk, ['buffer', 'list', '--task', 'team', '--label', 'refund_status']);
    expectReport(listed);
    expect(listed).toMatch(/^ *\d+ +team +billing +refund_status /m);
    expect(listed).not.toContain('intent');
  });
});
