import { dataPoints } from '../../../../rehearsal/judge/cloudwatch/embedded-metrics';

const event = (metric: object, more: object = {}) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1_790_000_000_000,
      CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['tier']], Metrics: [metric] }],
    },
    tier: 'agent',
    ...more,
  });
const distribution = { Values: [1, 2], Counts: [3, 4], Max: 2, Min: 1, Count: 7, Sum: 11 };

test('a number is one value, a distribution has its own; each set of dimensions is a point', () => {
  const metrics = [{ Name: 'a', Unit: 'Count' }, { Name: 'b' }];
  const message = JSON.stringify({
    _aws: { Timestamp: 5, CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['tier'], []], Metrics: metrics }] },
    tier: 'agent',
    a: 9,
    b: distribution,
  });
  const common = { namespace: 'N', timestamp: 5 };
  expect(dataPoints(message)).toEqual([
    { ...common, name: 'a', unit: 'Count', dimensions: { tier: 'agent' }, values: [9], counts: [1] },
    { ...common, name: 'a', unit: 'Count', dimensions: {}, values: [9], counts: [1] },
    { ...common, name: 'b', unit: 'None', dimensions: { tier: 'agent' }, values: [1, 2], counts: [3, 4] },
    { ...common, name: 'b', unit: 'None', dimensions: {}, values: [1, 2], counts: [3, 4] },
  ]);
});

describe('what CloudWatch would drop is an error that says so', () => {
  const many = Array.from({ length: 101 }, (_, n) => n);
  test.each<[string, string, string]>([
    ['a unit of nobody', event({ Name: 'a', Unit: 'Furlongs' }, { a: 1 }), 'the event is not as CloudWatch takes it'],
    ['no name', event({ Name: '' }, { '': 1 }), 'the event is not as CloudWatch takes it'],
    ['no value', event({ Name: 'a' }), 'a is not as CloudWatch takes it'],
    ['a text', event({ Name: 'a' }, { a: '1' }), 'a is not as CloudWatch takes it'],
    [
      'a dimension without a value',
      event({ Name: 'a' }, { a: 1, tier: '' }),
      'dimension tier has no value in the event',
    ],
    ['a number as a dimension', event({ Name: 'a' }, { a: 1, tier: 7 }), 'dimension tier has no value in the event'],
    [
      'counts that do not add up',
      event({ Name: 'a' }, { a: { ...distribution, Count: 8 } }),
      'a: 2 values, 2 counts that add up to 7, Count says 8',
    ],
    [
      'fewer counts than values',
      event({ Name: 'a' }, { a: { ...distribution, Counts: [7] } }),
      'a: 2 values, 1 counts that add up to 7, Count says 7',
    ],
    [
      'a count below nothing',
      event({ Name: 'a' }, { a: { ...distribution, Counts: [-1, 8] } }),
      'a is not as CloudWatch takes it',
    ],
    [
      'more than 100 values',
      event({ Name: 'a' }, { a: { ...distribution, Values: many, Counts: many, Count: 5050 } }),
      'a is not as CloudWatch takes it',
    ],
    ['no envelope', '{}', 'the event is not as CloudWatch takes it'],
  ])('%s', (_, message, said) => {
    expect(() => dataPoints(message)).toThrow(said);
    // In one line of a report.
    expect(() => dataPoints(message)).not.toThrow(/\n|\s\s|^\S+$/);
  });

  test('more than 100 metrics, more than 30 dimensions, a time that is no whole number', () => {
    const envelope = (change: (body: { Dimensions: string[][]; Metrics: object[] }) => object, time = 5) =>
      JSON.stringify({
        _aws: {
          Timestamp: time,
          CloudWatchMetrics: [change({ Dimensions: [[]], Metrics: [{ Name: 'a' }] })],
        },
        a: 1,
      });
    const named = (body: object) => ({ Namespace: 'N', ...body });
    expect(dataPoints(envelope(named))).toHaveLength(1);
    // As many as there may be.
    expect(dataPoints(envelope((body) => named({ ...body, Metrics: Array(100).fill({ Name: 'a' }) })))).toHaveLength(
      100,
    );
    expect(dataPoints(envelope((body) => ({ ...named(body), Namespace: 'N'.repeat(255) })))).toHaveLength(1);
    const values = Array.from({ length: 100 }, (_, n) => n);
    const widest = { ...distribution, Values: values, Counts: values, Count: 4950 };
    expect(dataPoints(event({ Name: 'a' }, { a: widest }))[0]!.values).toHaveLength(100);
    const thirty = Object.fromEntries(values.slice(0, 30).map((n) => [`d${n}`, 'x']));
    const [wide] = dataPoints(
      JSON.stringify({
        ...JSON.parse(envelope((body) => named({ ...body, Dimensions: [Object.keys(thirty)] }))),
        ...thirty,
      }),
    );
    expect(wide!.dimensions).toEqual(thirty);
    for (const broken of [
      envelope((body) => named({ ...body, Metrics: Array(101).fill({ Name: 'a' }) })),
      envelope((body) => named({ ...body, Dimensions: [Array.from({ length: 31 }, (_, n) => `d${n}`)] })),
      envelope((body) => named({ ...body, Dimensions: [] })),
      envelope((body) => ({ ...named(body), Namespace: '' })),
      envelope((body) => ({ ...named(body), Namespace: 'N'.repeat(256) })),
      envelope(named, 1.5),
    ]) {
      expect(() => dataPoints(broken)).toThrow('not as CloudWatch takes it');
    }
  });
});
