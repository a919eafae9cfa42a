import { startService } from '../../harness/process';
import { run } from '../../harness/run';
import { waitFor } from '../../harness/wait';
import { Inconclusive, judged } from '../../rehearsal/inconclusive';
import type { MachineReading } from '../../rehearsal/judge/evidence';
import { limits } from '../../rehearsal/judge/machine';

const meanwhile = (...others: readonly number[]): MachineReading[] =>
  others.map((othersPercent, n) => ({ at: n * 1_000, othersPercent, driverDelayMs: 9, pressurePercent: 80 }));
const busy = meanwhile(90, 40);
const calm = meanwhile(limits.othersPercent, limits.othersPercent);
const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error) => error,
  );
const late = () => failure(waitFor('the node to answer', () => 'HTTP 503', 0));

test('what did not start in time beside the load of others is no verdict, and says what was seen', async () => {
  const error = judged(await late(), 'starting', busy) as Error;
  expect(error).toBeInstanceOf(Inconclusive);
  expect(error.message).toBe(
    'Inconclusive: this machine was too busy while starting: others took 65 % of the processors, something waited 80 % of the time. Try again when it has less to do.\nWaited 0 s for the node to answer; seen last: HTTP 503',
  );
});

test('on a machine of its own it is a failure, and where nothing was measured', async () => {
  const error = await late();
  expect(judged(error, 'starting', calm)).toBe(error);
  expect(judged(error, 'starting', [])).toBe(error);
});

test('what ends by itself, or is wrong, is a failure however busy the machine is', async () => {
  const directory = __dirname;
  const program = {
    name: 'x',
    command: '/bin/false',
    arguments: [],
    directory,
    environment: {},
    logFile: '/dev/null',
    healthUrl: 'http://127.0.0.1:9/',
  };
  for (const error of [await failure(startService(program)), new Error('no such table'), 'text']) {
    expect(judged(error, 'starting', busy)).toBe(error);
  }
});

test('a service that does not get ready, a command and a request that take too long are time-outs', async () => {
  const service = {
    name: 'x',
    command: '/bin/sleep',
    arguments: ['600'],
    directory: __dirname,
    environment: {},
    logFile: '/dev/null',
    healthUrl: 'http://127.0.0.1:9/',
    readyWithin: 0,
  };
  for (const error of [
    await failure(startService(service)),
    await failure(run('sleep', ['600'], { timeoutMs: 1 })),
    await failure(
      new Promise((_, reject) =>
        AbortSignal.timeout(1).addEventListener('abort', (event) => reject((event.target as AbortSignal).reason)),
      ),
    ),
  ]) {
    expect([error.message, judged(error, 'starting', busy)]).toEqual([error.message, expect.any(Inconclusive)]);
  }
});
