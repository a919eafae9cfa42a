import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept, acceptedFile, readAcceptances } from '../../tools/review/accepted';
import type { Environment } from '../../tools/review/changes';
import { exitCode, review } from '../../tools/review/findings';
import { html } from '../../tools/review/html';
import { headline, page } from '../../tools/review/page';
import { questions } from '../../tools/review/rules/rule';

const store = (retention: number, zones = 3): Environment => ({
  Store: {
    template: {},
    terminationProtection: true,
    resources: {
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: retention } },
      Fleet: {
        Type: 'AWS::AutoScaling::AutoScalingGroup',
        Properties: { VPCZoneIdentifier: Array.from({ length: zones }, (_, at) => `subnet-${at}`) },
      },
    },
  },
});
const ends = { base: 'abc1234 (main)', head: 'def5678' };

test('dangers come first, with what they mean, how to accept them, and the lines', () => {
  const result = review('prod', store(400), store(30, 2));
  const [danger, caution] = result.findings;
  const text = page(result, ends);
  expect(text.split('\n').slice(0, 6)).toEqual([
    '# prod: 1 danger, 1 caution',
    '',
    'What deploying `def5678` instead of `abc1234 (main)` does to AWS.',
    '',
    '| what reviewers ask first | |',
    '|---|---|',
  ]);
  expect(text).toContain('| Is anything replaced, removed or deleted earlier? | **danger**: **retention-shortens** |');
  expect(text.indexOf('## Danger')).toBeLessThan(text.indexOf('## Caution'));
  expect(text).toContain(`| Store/Log | RetentionInDays: 400 → 30 days | \`${danger?.id}\` |`);
  expect(text).toContain(`| Store/Fleet | zones: 3 → 2 | \`${caution?.id}\` |`);
  expect(text).toContain('-400\n+30');
  expect(exitCode([result])).toBe(3);
});

test('what is accepted counts no more, is shown with its reason, and holds for these values only', () => {
  const root = mkdtempSync(join(tmpdir(), 'harbourline-test-'));
  mkdirSync(join(root, 'review'));
  const [danger] = review('prod', store(400), store(30)).findings;
  accept(root, { id: danger!.id, reason: 'The auditors agreed, ticket 42.' });
  expect(readFileSync(join(root, acceptedFile), 'utf8')).toMatch(/^# Findings of/);

  const result = review('prod', store(400), store(30), readAcceptances(root));
  expect(exitCode([result])).toBe(0);
  expect(headline(result)).toBe('1 accepted');
  expect(page(result, ends)).toContain('| The auditors agreed, ticket 42. |');
  expect(exitCode([review('prod', store(400), store(14), readAcceptances(root))])).toBe(3);
  expect(exitCode([review('dev', store(400), store(30), readAcceptances(root))])).toBe(3);
});

test('an acceptance without a reason is refused, wherever it comes from', () => {
  const root = mkdtempSync(join(tmpdir(), 'harbourline-test-'));
  mkdirSync(join(root, 'review'));
  expect(() => accept(root, { id: 'x', reason: 'ok' })).toThrow('three words');
  writeFileSync(join(root, acceptedFile), '- id: x\n  reason: ok\n');
  expect(() => readAcceptances(root)).toThrow(acceptedFile);
});

test('cautions alone give another exit code than dangers, notes none', () => {
  expect(exitCode([review('prod', store(30), store(30, 2))])).toBe(2);
  expect(exitCode([review('prod', store(30), store(30))])).toBe(0);
});

test('an environment that comes or goes is reviewed as a whole', () => {
  const { findings, changes } = review('prod', store(30), {});
  expect(changes.map(({ action }) => action)).toEqual(['removed', 'removed', 'removed']);
  expect(findings.map(({ rule }) => rule.id)).toEqual(['stateful-removed', 'termination-protection', 'unjudged']);
});

test('the HTML page holds what the Markdown says, well formed, without scripts, and shows text as text', () => {
  const before = store(400);
  const after = store(30, 2);
  const hostile = '<script>alert(1)</script><img src=x onerror=alert(2)>';
  (after.Store!.resources as any).Fleet.Properties.Tags = [{ Key: 'owner', Value: hostile }];
  const result = review('prod', before, after);
  const text = html(page(result, ends), `prod: ${headline(result)}`);

  expect(text.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
  expect(text).toContain(`<title>prod: ${headline(result)}</title>`);
  expect(text).toContain("default-src 'none'");
  // What a reviewer asks first comes first, each question once, and dangers before cautions.
  for (const question of Object.values(questions)) expect(text.split(`<td>${question}</td>`).length - 1).toBe(1);
  expect(text.indexOf('what reviewers ask first')).toBeLessThan(text.indexOf('>Danger<'));
  expect(text.indexOf('>Danger<')).toBeLessThan(text.indexOf('>Caution<'));
  expect(text).toContain('<span class="del">-400</span>');
  expect(text).not.toMatch(/<(script|img|iframe|link|object)\b|\son\w+=["']/i);
  expect(unclosed(text)).toEqual([]);
});

/** Tags that are not closed in the order in which they were opened. */
function unclosed(text: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const body = text.replace(/<style>.*?<\/style>/s, '');
  for (const [, slash, name = '', self] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (self || /^(meta|br|hr)$/.test(name)) continue;
    if (!slash) open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
