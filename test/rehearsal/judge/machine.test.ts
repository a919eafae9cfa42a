import { nothing as unharmed } from '../../../rehearsal/judge/allowance';
import type { MachineReading } from '../../../rehearsal/judge/evidence';
import { judge } from '../../../rehearsal/judge/judge';
import { limits, machine, machineRow, onThisMachine } from '../../../rehearsal/judge/machine';
import { type Row, verdict } from '../../../rehearsal/judge/report';
import { healthy, made, planted, start } from './healthy';

const readings = (reading: Partial<MachineReading>, calm: Partial<MachineReading> = {}): MachineReading[] =>
  [0, 1, 2, 3].map((n) => ({
    at: start + n * 1_000,
    othersPercent: 0,
    driverDelayMs: 0,
    pressurePercent: 0,
    ...(n % 2 === 0 ? reading : calm),
  }));
const nothing = { ledger: [], allowance: unharmed };
const busy = (reading: Partial<MachineReading>) => machine({ ...nothing, machine: readings(reading, reading) }).busy;

test('the driver waits for a processor: a mean, and the limit itself is not beyond it', () => {
  expect(busy({ driverDelayMs: limits.driverDelayMs })).toBe(false);
  expect(busy({ driverDelayMs: limits.driverDelayMs + 0.01 })).toBe(true);
  // Half of the time.
  expect(machine({ ...nothing, machine: readings({ driverDelayMs: 2 * limits.driverDelayMs }) }).busy).toBe(false);
  expect(machine({ ...nothing, machine: readings({ driverDelayMs: 2.1 * limits.driverDelayMs }) }).busy).toBe(true);
});

test('calls back take their server long before any fault: services wait for a processor too', () => {
  const calls = (ms: number) =>
    made.map((span) =>
      span.crossing === 'cn-hk' ? { ...span, endNs: `${BigInt(span.startNs) + BigInt(ms) * 1_000_000n}` } : span,
    );
  const of = (ms: number, injectedAt?: number) =>
    machine({
      machine: readings({}),
      ledger: calls(ms),
      allowance: { ...nothing.allowance, ...(injectedAt === undefined ? {} : { injectedAt }) },
    });
  expect(of(limits.overheadMs).busy).toBe(false);
  expect(of(limits.overheadMs + 1).busy).toBe(true);
  expect(of(limits.overheadMs + 1).figures).toContain(`a call back took ${limits.overheadMs + 1}.0 ms of its server`);
  // What is slow after the fault is the fault's.
  expect(of(500, start - 1_000)).toEqual({ busy: false, figures: expect.not.stringContaining('a call back') });
});

test('it is the median of the calls back', () => {
  const back = made.filter(({ crossing }) => crossing === 'cn-hk').slice(0, 5);
  const ledger = [1, 100, 3, 2, 100].map((ms, n) => ({
    ...back[n]!,
    endNs: `${BigInt(back[n]!.startNs) + BigInt(ms) * 1_000_000n}`,
  }));
  expect(machine({ ...nothing, ledger, machine: readings({}) }).figures).toContain('a call back took 3.0 ms');
});

test('what others do is reported, and is no reason by itself: they may be more patient than we are', () => {
  const { busy: no, figures } = machine({
    ...nothing,
    machine: readings({ othersPercent: 90, driverDelayMs: 1, pressurePercent: 60 }, { othersPercent: 50 }),
  });
  expect(no).toBe(false);
  expect(figures).toBe(
    'others took 70 % of the processors, the driver waited 0.50 ms for one each time, something waited 30 % of the time',
  );
});

test('a system that does not tell', () => {
  expect(machine({ ...nothing, machine: [] })).toEqual({
    busy: false,
    figures: 'not measured: this system does not tell',
  });
});

describe('on a machine that was too busy', () => {
  const late = { machine: readings({ driverDelayMs: 50 }) };

  test('nothing is held and nothing is broken, but for what is certain', () => {
    const rows = judge(healthy(late));
    expect(verdict(rows)).toBe('inconclusive');
    expect(rows.map(({ what, seen }) => [what, seen]).slice(0, -1)).toEqual(
      judge(healthy())
        .map(({ what, seen }) => [what, seen])
        .slice(0, -1),
    );
    expect(rows.at(-1)).toMatchObject({ what: machineRow, ok: false, doubtful: true });
    expect(rows.filter(({ ok, doubtful }) => ok !== undefined && !doubtful).map(({ what }) => what)).toEqual([
      'spans without trace group',
      'dead letters',
      'sensitive values in the store',
      "refused to the writer's role",
      'AWS requests refused',
    ]);
  });

  test('what may be its fault is no breach', () => {
    expect(verdict(judge(healthy({ ...late, cleanStop: false })))).toBe('inconclusive');
  });

  test('a secret in the store is one, however busy the machine is', () => {
    expect(verdict(judge(healthy({ ...late, deadLetters: [planted(1)] })))).toBe('failed');
  });

  test('rows for information stay what they are', () => {
    const row: Row = { what: 'w', seen: 's', expected: 'for information' };
    expect(onThisMachine(healthy(late), [row])[0]).toEqual(row);
    expect(onThisMachine(healthy(), [row, { ...row, ok: true }]).map(({ doubtful }) => doubtful)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
