/** Before all test files: a folder for what they share, whose path the workers inherit. `run-folder-end.ts` removes it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const runFolderVariable = 'HARBOURLINE_TEST_RUN';

export default function setup(): void {
  process.env[runFolderVariable] = mkdtempSync(join(tmpdir(), 'harbourline-test-run-'));
}
