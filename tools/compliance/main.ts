/** `npm run compliance`: see `--help`. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { App } from 'aws-cdk-lib';
import { context } from '../../harness/context';
import { exampleEnvironments } from '../../harness/environments';
import { buildApp } from '../../lib/app';
import { owners } from '../../lib/compliance/owners';
import { auditPolicy } from '../../lib/compliance/policy';
import { command } from '../command';
import { oscalText } from './oscal';
import { complianceSections } from './report';
import { writeSections } from './sections';

const help = `Writes the generated sections of docs/compliance.md: packs, accepted findings, controls, clauses,
PCI DSS; and docs/compliance.oscal.json, the same mapping as an OSCAL component definition.

npm run compliance [-- options]
  --due           writes nothing; fails where the day of a review has passed, or is more than a year ahead
  --date DAY      day to compare with, 2026-11-24 (default: today)
  --help          this text
`;

command(help, () => {
  const { values } = parseArgs({ options: { due: { type: 'boolean', default: false }, date: { type: 'string' } } });
  const today = values.date ?? new Date().toISOString().slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d$/.test(today)) throw new Error(`--date ${today}: write year, month and day, 2026-11-24.`);
  if (values.due) {
    const late = Object.entries(owners).filter(([, { reviewBy }]) => reviewBy < today);
    for (const [stack, { owner, reviewBy }] of late) {
      console.log(
        `${stack}: ${owner} had to look through what is acknowledged by ${reviewBy} (lib/compliance/owners.ts)`,
      );
    }
    // A day that is further away than a year is no review.
    const latest = new Date(Date.parse(today) + 366 * 86_400_000).toISOString().slice(0, 10);
    const far = Object.entries(owners).filter(([, { reviewBy }]) => reviewBy > latest);
    for (const [stack, { reviewBy }] of far) {
      console.log(
        `${stack}: ${reviewBy} is more than a year ahead. Name a day by ${latest} (lib/compliance/owners.ts)`,
      );
    }
    if (late.length + far.length === 0) console.log(`No review is due on ${today}.`);
    return late.length + far.length > 0 ? 1 : 0;
  }
  const app: App = buildApp(exampleEnvironments(), { context: { ...context(), 'aws:cdk:bundling-stacks': [] } });
  const sections = complianceSections(app, auditPolicy(app));
  const file = resolve(join(__dirname, '../../docs/compliance.md'));
  writeSections(file, sections);
  const oscal = resolve(join(__dirname, '../../docs/compliance.oscal.json'));
  writeFileSync(oscal, oscalText());
  console.log(`${file}: ${Object.keys(sections).join(', ')}\n${oscal}`);
  return 0;
});
