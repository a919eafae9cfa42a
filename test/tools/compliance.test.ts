import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import type { App } from 'aws-cdk-lib';
import { ownerOf, owners } from '../../lib/compliance/owners';
import { builtInRules, packRules } from '../../lib/compliance/packs';
import { auditPolicy, type PolicyAudit } from '../../lib/compliance/policy';
import { frameworks } from '../../tools/compliance/clauses';
import { controls } from '../../tools/compliance/controls';
import { answerable, componentDefinition, oscalText, oscalVersion } from '../../tools/compliance/oscal';
import { complianceSections, reported } from '../../tools/compliance/report';
import { sectionOf, withSection } from '../../tools/compliance/sections';
import { reviewRules } from '../../tools/review/rules';
import { environmentNames, judgedApp, resourcesOf } from '../support/app';

const root = join(__dirname, '..', '..');
const document = readFileSync(join(root, 'docs', 'compliance.md'), 'utf8');

describe('the app', () => {
  let app: App;
  let audit: PolicyAudit;
  beforeAll(() => {
    app = judgedApp();
    audit = auditPolicy(app);
  });

  test('every finding is acknowledged, every acknowledgment needed', () => {
    const { unacknowledged, stale, bypassed, acknowledged, wide, untrue } = audit;
    expect(unacknowledged).toEqual([]);
    expect(stale).toEqual([]);
    expect(bypassed).toEqual([]);
    expect(wide).toEqual([]);
    expect(untrue).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(0);
  });

  test('docs/compliance.md holds what the code makes: otherwise run npm run compliance and commit', () => {
    for (const [name, text] of Object.entries(complianceSections(app, audit))) {
      expect({ [name]: sectionOf(document, name) }).toEqual({ [name]: text });
    }
  });

  test('every finding of the PCI DSS pack is answered by an acknowledgment of the same rule', () => {
    const all = reported(app, audit);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(({ by }) => !by).map(({ finding }) => `${finding.id} ${finding.path}`)).toEqual([]);
  });
});

describe('docs/compliance.oscal.json', () => {
  test('holds what the code makes: otherwise run npm run compliance and commit', () => {
    expect(readFileSync(join(root, 'docs', 'compliance.oscal.json'), 'utf8')).toBe(oscalText());
  });

  test('is an OSCAL component definition, by the schema of NIST', () => {
    const schema = JSON.parse(
      readFileSync(join(root, 'tools/compliance/oscal', `component-definition-${oscalVersion}.schema.json`), 'utf8'),
    );
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    expect([validate(componentDefinition()), validate.errors]).toEqual([true, null]);
    expect(validate({ 'component-definition': { uuid: 'x' } })).toBe(false);
  });

  test('every clause is answered by controls that there are, every control has an owner', () => {
    const missing = Object.values(frameworks)
      .flatMap(({ clauses }) => clauses.flatMap(({ by }) => by))
      .filter((name) => !controls[name]);
    expect(missing).toEqual([]);
    for (const name of Object.keys(controls)) expect(answerable(name).owner).not.toBe('');
  });
});

describe.each(Object.entries(controls))('control %s', (_, { resources, rules, reviewed, tests }) => {
  test('is held by resources of every environment', () => {
    for (const environment of environmentNames) {
      const types = new Set([...resourcesOf(environment).values()].map(({ Type }) => Type));
      expect(resources.filter((type) => !types.has(type))).toEqual([]);
    }
  });

  test('is judged by rules that there are', () => {
    expect(rules.filter((id) => !packRules().has(id) && !builtInRules().has(id))).toEqual([]);
    expect(reviewed.filter((id) => !reviewRules.some((rule) => rule.id === id))).toEqual([]);
  });

  test('is tested by tests that there are', () => {
    expect(tests.length).toBeGreaterThan(0);
    const missing = tests.filter(([file, title]) => {
      const path = join(root, file);
      return (
        !existsSync(path) ||
        !new RegExp(`(test|describe)\\S*\\('${title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}'`).test(
          readFileSync(path, 'utf8'),
        )
      );
    });
    expect(missing).toEqual([]);
  });
});

test('an owner is a team with a day of review; a stack without one is refused', () => {
  for (const { owner, reviewBy } of Object.values(owners)) {
    expect(owner).toMatch(/^[a-z][a-z-]+$/);
    expect(Number.isNaN(Date.parse(reviewBy))).toBe(false);
  }
  expect(() => ownerOf('prod/Other/Bucket')).toThrow('name an owner of Other in lib/compliance/owners.ts');
});

test('a section is replaced where it stands, and the rest of the document stays', () => {
  const before = 'a\n<!-- x -->\nold\n<!-- /x -->\nb\n';
  expect(withSection(before, 'x', 'new')).toBe('a\n<!-- x -->\nnew\n<!-- /x -->\nb\n');
  expect(withSection(before, 'y', 'new')).toBe(`${before.trimEnd()}\n\n<!-- y -->\nnew\n<!-- /y -->\n`);
});
