/** What the steps of a rehearsed deployment come to, on a machine that others use. */
import { type StepRow, unlike, verdictOf } from '../../../rehearsal/deploy/report';
import type { MachineReading } from '../../../rehearsal/judge/evidence';
import { limits } from '../../../rehearsal/judge/machine';

const meanwhile = (othersPercent: number): MachineReading[] => [
  { at: 0, othersPercent, driverDelayMs: 1, pressurePercent: 60 },
];
const [busy, calm] = [meanwhile(80), meanwhile(limits.othersPercent)];
const row = (ok: boolean, seen: string): StepRow => ({ what: 'first deployment: dev/Store', seen, ok });
const late = [
  'ROLLBACK_COMPLETE: BootstrapResource: Task timed out after 300.00 seconds',
  'CREATE_FAILED: Settled: Waiter has exceeded attempts: Exceeded attempts to wait',
  'none: Resource handler returned message: did not stabilize',
];

test('all well is all well, however busy the machine is', () => {
  expect(verdictOf([row(true, 'CREATE_COMPLETE')], busy)).toEqual({ verdict: 'passed' });
});

test.each(late)('inconclusive beside the load of others, a failure without: %s', (seen) => {
  const rows = [row(true, 'done'), row(false, seen), row(false, 'none: no such stack')];
  expect(verdictOf(rows, busy)).toEqual({ verdict: 'inconclusive', busy: expect.stringContaining('80 %') });
  expect(verdictOf(rows, calm)).toEqual({ verdict: 'failed' });
  expect(verdictOf(rows, [])).toEqual({ verdict: 'failed' });
});

test.each([
  'ROLLBACK_COMPLETE: Role: the role does not exist',
  'UPDATE_ROLLBACK_COMPLETE: One: AWS::EC2::TransitGatewayRoute with the same TransitGatewayRouteTableId is there already',
  "Properties validation failed for resource Timeout with message: [#/Timeout: 'x' is not of type integer]",
])('a refusal is a failure, however busy the machine is: %s', (seen) => {
  expect(verdictOf([row(false, seen), row(false, late[0] as string)], busy)).toEqual({ verdict: 'failed' });
});

test('of alarms that are missing, those that are only records are taken out, commas and all', () => {
  const records = ['dev: No calls, measured', 'dev: No calls', 'dev: Link'];
  expect(unlike('dev: No calls, dev: No calls, measured, dev: Link', records)).toEqual([]);
  expect(unlike('dev: No calls, measured, dev: Store is full', records)).toEqual(['dev: Store is full']);
});
