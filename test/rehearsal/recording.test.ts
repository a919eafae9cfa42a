import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Recording, readRecording, saveRecording } from '../../rehearsal/recording';

const cache = process.env.XDG_CACHE_HOME;
const folder = mkdtempSync(join(tmpdir(), 'harbourline-recording-'));
beforeAll(() => {
  process.env.XDG_CACHE_HOME = folder;
});
afterAll(() => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
  rmSync(folder, { recursive: true, force: true });
});

/** Leaves the record of a rehearsal that ended so many seconds after the first. */
function left(environment: string, scenario: string, seconds: number): void {
  saveRecording({ environment, scenario } as Recording);
  utimesSync(join(folder, `harbourline/rehearsal/metrics-${environment}-${scenario}.json`), seconds, seconds);
}

test('without a scenario the last rehearsal is drawn, whichever it was; another environment is none', () => {
  expect(() => readRecording('dev')).toThrow(
    'no metrics of a rehearsal of dev. Make them: npm run rehearse -- --env dev',
  );
  left('dev', 'slow-link', 1);
  left('dev', 'fair-day', 3);
  left('dev', 'store-away', 2);
  left('dev-2', 'fair-day', 4);
  expect(readRecording('dev').scenario).toBe('fair-day');
  expect(readRecording('dev', 'slow-link').scenario).toBe('slow-link');
  expect(() => readRecording('dev', 'poison')).toThrow(
    'There are no metrics of poison in dev, but of fair-day, store-away, slow-link. Make them: npm run rehearse -- --env dev --scenario poison',
  );
});
