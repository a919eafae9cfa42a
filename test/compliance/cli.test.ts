import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

// The CLI tells the app not to judge and then judges selected stacks only: without a name, none of those in stages.
test('cdk synth without a stack name fails on a finding in a stage', () => {
  const output = mkdtempSync(join(tmpdir(), 'harbourline-cli-'));
  const { status, stderr, stdout } = spawnSync(
    join(root, 'node_modules', '.bin', 'cdk'),
    ['synth', '-q', '-o', output, '--app', 'node --import tsx test/compliance/fixtures/app-with-a-finding.ts'],
    { cwd: root, encoding: 'utf8' },
  );
  rmSync(output, { recursive: true });
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain('AwsSolutions-S10');
});
