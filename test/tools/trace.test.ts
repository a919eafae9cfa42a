import { chromiumPath, openBrowser } from '../../tools/preview/browser';
import { comparison } from '../../tools/trace/compare';
import { exporters } from '../../tools/trace/export';
import type { StoredSpan } from '../../tools/trace/fetch';
import { nanos } from '../../tools/trace/forest';
import { assertTogether, filterOf } from '../../tools/trace/options';
import { tracePage } from '../../tools/trace/page';
import { durationText, listTable, traceTree } from '../../tools/trace/tree';

const span = (spanId: string, parentSpanId: string, fromMs: number, ms: number, extra: object = {}): StoredSpan => ({
  spanId,
  parentSpanId,
  name: `span ${spanId}`,
  kind: 'SPAN_KIND_SERVER',
  serviceName: 'payment',
  startTime: new Date(Date.UTC(2026, 2, 1, 8) + fromMs).toISOString().replace('Z', '000000Z'),
  durationInNanos: ms * 1e6,
  traceGroup: 'POST /payments',
  'status.code': 0,
  'status.message': '',
  ...extra,
});
const traceId = 'a'.repeat(32);
const crossing = (name: string) => ({ 'span.attributes.crossing': name });
const draw = (spans: StoredSpan[], width = 110): string => traceTree(traceId, spans, { width, colour: false });

test('a call chain: order of time, durations, errors with their words, crossings', () => {
  const text = draw([
    span('d', 'c', 60, 120, { serviceName: 'settlement', 'status.code': 2, 'status.message': 'limit exceeded' }),
    span('e', 'a', 230, 5, { name: 'INSERT ledger', kind: 'SPAN_KIND_CLIENT' }),
    span('c', 'a', 40, 180, { name: 'POST', kind: 'SPAN_KIND_CLIENT', ...crossing('hk-cn') }),
    span('a', '', 0, 250, { name: 'POST /payments' }),
    span('b', 'a', 2, 0.35, { name: '查询账户' }),
  ]);
  expect(`\n${text}\n`).toMatchInlineSnapshot(`
"
POST /payments  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
250 ms · 5 spans · 2 services · 1 border crossing · 1 error · 2026-03-01 16:00:00.000 in Hong Kong

POST /payments                                            payment    serves   250 ms ████████████████████████
├─ 查询账户                                               payment    serves   350 µs ▏
├─ POST                                              ⇒ CN payment    calls    180 ms    █████████████████▎
│  └─ span d                                              settlement serves   120 ms      ███████████▌
│        ✗ limit exceeded
└─ INSERT ledger                                          payment    calls   5.00 ms                       ▌
"
`);
});

test('a call over the border says to whom: by the name on the service map, else by its address', () => {
  const address = { 'span.attributes.server@address': '10.20.1.20' };
  const to = (extra: object): string => draw([span('a', '', 0, 1, { name: 'POST', ...extra })]);
  expect(to({ ...crossing('hk-cn'), ...address })).toContain('POST → 10.20.1.20 ');
  expect(to({ ...crossing('hk-cn'), ...address, 'span.attributes.call@destination': 'settlement' })).toContain(
    'POST → settlement ',
  );
  expect(to({ ...crossing('cn-hk'), ...address })).not.toContain('→');
  expect(to(address)).not.toContain('→');
});

test('what is odd is shown: no root, spans that call each other, control characters, no time at all', () => {
  expect(draw([span('b', 'gone', 0, 1)])).toContain('span b (caller not stored)');
  const cycle = draw([span('x', 'y', 0, 1), span('y', 'x', 1, 1)]);
  expect(cycle).toContain('span x');
  expect(cycle).toContain('span y');
  expect(draw([span('z', 'z', 0, 1)])).toContain('span z');
  const hostile = draw([span('a', '', 0, 0, { name: 'bell\u0007 and \u001b[2J' })]);
  expect(hostile).toContain('bell· and ·[2J');
  for (const line of draw([span('a', '', 0, 1, { name: '长'.repeat(200) })], 80)
    .split('\n')
    .slice(3)) {
    expect(line.length).toBeLessThanOrEqual(100);
  }
});

test('nanoseconds keep all their digits', () => {
  expect(nanos('2026-03-01T08:00:00.123456789Z') - nanos('2026-03-01T08:00:00.123456788Z')).toBe(1n);
  expect(nanos('1970-01-01T00:00:01Z')).toBe(1_000_000_000n);
});

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [1_500, '1.50 µs'],
  [25_340_000, '25.3 ms'],
  [250_000_007, '250 ms'],
  [61_000_000_000, '61.0 s '],
])('%i ns is %s', (duration, text) => {
  expect(durationText(duration)).toBe(text);
});

test('9,000 levels, 100,000 spans and a name of 30,000 characters are shown', () => {
  const deep = Array.from({ length: 9_000 }, (_, n) => span(`d${n}`, n === 0 ? '' : `d${n - 1}`, n, 9_000 - n));
  const text = draw(deep);
  expect(text.split('\n')).toHaveLength(9_003);
  expect(text).toContain('… 8999 └─ ');
  expect(text.length).toBeLessThan(9_003 * 200);
  const wide = Array.from({ length: 100_000 }, (_, n) => span(`w${n}`, n === 0 ? '' : 'w0', n % 1_000, 1));
  expect(draw(wide)).toContain('100000 spans');
  const long = draw(Array.from({ length: 500 }, (_, n) => span(`l${n}`, '', 0, 1, { name: '长'.repeat(30_000) })));
  expect(
    Math.max(
      ...long
        .split('\n')
        .slice(1)
        .map((line) => line.length),
    ),
  ).toBeLessThan(400);
});

test('it says when it shows less than there is, and whose clock is off', () => {
  const spans = [span('a', '', 0, 10), span('b', 'a', 86_400_000, 5, { serviceName: 'ahead' })];
  const text = traceTree(traceId, spans, { width: 110, colour: false }, 20_000);
  expect(text).toContain('Shown are 2 of 20000 spans: --limit 20000 reads all.');
  expect(text).toContain('The clock of ahead differs by 86400 s');
  expect(listTable({ traces: [], total: 12, ahead: 10 })).toContain('10 spans are of clocks that are ahead of now');
});

test('an hour in a queue is no clock that is off', () => {
  const sent = span('a', '', 0, 10, { kind: 'SPAN_KIND_PRODUCER' });
  const taken = (kind: string) => span('b', 'a', 3_600_000, 5, { serviceName: 'worker', kind });
  expect(draw([sent, taken('SPAN_KIND_CONSUMER')])).not.toContain('clock');
  expect(draw([{ ...sent, kind: 'SPAN_KIND_CLIENT' }, taken('SPAN_KIND_SERVER')])).toContain('The clock of worker');
});

test('strange traces are drawn, quickly: one id for all, rings, two roots, no time, names that take over a terminal', () => {
  const one = Array.from({ length: 5_000 }, (_, n) => span('same', n === 0 ? '' : 'same', n, 1));
  expect(draw(one)).toContain('5000 spans');
  const ring = Array.from({ length: 5_000 }, (_, n) => span(`r${n}`, `r${(n + 1) % 5_000}`, n, 1));
  expect(draw(ring).split('\n')).toHaveLength(5_003);
  expect(draw([span('a', '', 0, 5), span('b', '', 1, 5)])).toContain('2 spans');
  const text = draw(
    ['\u202egnp.exe', '\u200b\u2066x', 'a\r\nb', '\u001b]0;title\u0007', '\ud800'].map((name, n) =>
      span(`n${n}`, '', n, 0, { name }),
    ),
  );
  expect(text.split('\n')).toHaveLength(8);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Cs}/u);
  const rows = draw(
    [span('p', '', 0, 1, { name: '💳💳 pay' }), span('q', '', 1, 1, { name: 'e\u0301t\u0301' })],
    110,
  ).split('\n');
  // Each picture takes two columns and two units of text, each accent none and one.
  expect(rows.slice(3).map((row) => row.indexOf('payment') - [0, 2][rows.slice(3).indexOf(row)]!)).toEqual([61, 61]);
});

test.each([
  [{ since: '5' }, '--since 5: write 15m'],
  [{ since: '2026-02-30' }, '--since 2026-02-30: write'],
  [{ since: '999999999d' }, '--since 999999999d: write'],
  [{ since: '1.5h' }, '--since 1.5h: write'],
  [{ since: '' }, '--since: it is empty.'],
  [{ since: '2999-01-01' }, '--since 2999-01-01: there is no time from then until now.'],
  [{ since: '1h', until: '2h' }, '--since 1h: there is no time from then to --until 2h.'],
  [{ slow: '1' }, '--slow 1: write a duration'],
  [{ slow: '999999999999999s' }, '--slow 999999999999999s: write'],
  [{ count: '501' }, '--count 501: use a whole number from 1 to 500.'],
  [{ count: '1e2' }, '--count 1e2: use a whole number'],
  [{ attribute: ['=v'] }, '--attribute =v: write key=value.'],
  [{ attribute: ['k='] }, '--attribute k=: write key=value.'],
  [{ crossing: 'HK-CN' }, '--crossing HK-CN: there are two ways'],
])('%j is refused: %s', (given, message) => {
  expect(() => filterOf({ region: 'ap-east-1', ...given } as never)).toThrow(message);
});

test('what a list and what a trace is asked for is not passed over', () => {
  const values = (given: object) => ({ region: 'ap-east-1', ...given }) as never;
  expect(filterOf(values({ attribute: ['k=v=w'], since: '2026-03-01T08:00:00+08:00' }))).toMatchObject({
    attributes: [['k', 'v=w']],
    since: '2026-03-01T00:00:00.000Z',
  });
  expect(() => assertTogether(values({ export: 'otlp' }), 0)).toThrow('--export: of which trace?');
  expect(() => assertTogether(values({ since: '1h', errors: true }), 1)).toThrow('--errors, --since: for a list');
  expect(() => assertTogether(values({ json: true, page: 'x.html' }), 1)).toThrow('--page, --json: use one of them.');
  expect(() => assertTogether(values({ json: true }), 2)).toThrow('and for one trace');
  expect(() => assertTogether(values({ count: '5', slow: '1s' }), 0)).not.toThrow();
});

test('a client and a server that share an id are caller and callee', () => {
  const text = draw([
    span('a', '', 0, 10, { name: 'root' }),
    span('b', 'a', 1, 8, { name: 'get', kind: 'SPAN_KIND_CLIENT' }),
    span('b', 'a', 2, 6, { name: 'get', serviceName: 'orders' }),
    span('c', 'b', 3, 1, { name: 'inside', serviceName: 'orders' }),
  ]);
  expect(
    text
      .split('\n')
      .slice(3)
      .map((line) => line.slice(0, 16).trimEnd()),
  ).toEqual(['root', '└─ get', '   └─ get', '      └─ inside']);
});

describe('exports', () => {
  const spans = [
    span('a'.repeat(16), '', 0, 250, {
      'resource.attributes.service@name': 'payment',
      'span.attributes.big': '1541815603606036480',
      'span.attributes.payment@amount': 99.5,
      'span.attributes.http@response@status_code': 500,
      'harbourline.aside': ['span.attributes.a@b=2'],
      'status.code': 2,
      events: [
        { name: 'exception', time: '2026-03-01T08:00:00.100000001Z', attributes: { 'exception@type': 'TimeoutError' } },
      ],
    }),
    span('b'.repeat(16), 'a'.repeat(16), 40, 180, { serviceName: 'settlement' }),
  ];

  test('OTLP keeps ids, times, types and events', () => {
    const { resourceSpans } = exporters.otlp(traceId, spans) as {
      resourceSpans: { scopeSpans: { spans: Record<string, never>[] }[] }[];
    };
    expect(resourceSpans).toHaveLength(2);
    expect(resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({
      traceId,
      spanId: 'a'.repeat(16),
      kind: 2,
      startTimeUnixNano: '1772352000000000000',
      endTimeUnixNano: '1772352000250000000',
      attributes: [
        { key: 'big', value: { stringValue: '1541815603606036480' } },
        { key: 'payment.amount', value: { doubleValue: 99.5 } },
        { key: 'http.response.status_code', value: { intValue: '500' } },
        { key: 'a@b', value: { stringValue: '2' } },
      ],
      events: [{ name: 'exception', timeUnixNano: '1772352000100000001' }],
      status: { code: 2 },
    });
  });

  test('Jaeger and Zipkin have parents, microseconds and errors', () => {
    expect(exporters.jaeger(traceId, spans)).toMatchObject({
      data: [
        {
          traceID: traceId,
          spans: [
            {
              startTime: 1772352000000000,
              duration: 250_000,
              references: [],
              tags: expect.arrayContaining([{ key: 'error', type: 'string', value: 'true' }]),
            },
            { references: [{ refType: 'CHILD_OF', traceID: traceId, spanID: 'a'.repeat(16) }], processID: 'p2' },
          ],
          processes: { p1: { serviceName: 'payment' }, p2: { serviceName: 'settlement' } },
        },
      ],
    });
    expect(exporters.zipkin(traceId, spans)).toMatchObject([
      { id: 'a'.repeat(16), kind: 'SERVER', duration: 250_000, tags: { error: 'true', 'payment.amount': '99.5' } },
      { parentId: 'a'.repeat(16), localEndpoint: { serviceName: 'settlement' } },
    ]);
  });

  test('links and shared ids are not lost', () => {
    const link = {
      traceId: 'c'.repeat(32),
      spanId: 'd'.repeat(16),
      traceState: '',
      attributes: { 'messaging@batch': '1' },
    };
    const pair = [
      span('a'.repeat(16), '', 0, 9, { kind: 'SPAN_KIND_CLIENT', links: [link] }),
      span('a'.repeat(16), '', 1, 7),
    ];
    expect(JSON.stringify(exporters.otlp(traceId, pair))).toContain(
      `"links":[{"traceId":"${link.traceId}","spanId":"${link.spanId}","traceState":"","attributes":[{"key":"messaging.batch","value":{"stringValue":"1"}}]}]`,
    );
    expect(exporters.jaeger(traceId, pair)).toMatchObject({
      data: [
        { spans: [{ references: [{ refType: 'FOLLOWS_FROM', traceID: link.traceId, spanID: link.spanId }] }, {}] },
      ],
    });
    expect((exporters.zipkin(traceId, pair) as { shared?: boolean }[]).map(({ shared }) => shared)).toEqual([
      undefined,
      true,
    ]);
  });

  test('two traces: the largest difference first', () => {
    const slow = [spans[0]!, { ...spans[1]!, durationInNanos: 900e6 }];
    const lines = comparison(spans, slow).split('\n');
    expect(lines[1]).toMatch(/^settlement .*1× {3}180 ms .*1× {3}900 ms .*\+720 ms$/);
  });
});

test('a page holds nothing that a browser runs, whatever a span is called', () => {
  const page = tracePage(traceId, [
    span('a', '', 0, 1, { name: '<script>alert(1)</script>', serviceName: '"><img src=x onerror=alert(1)>' }),
  ]);
  expect(page).not.toContain('<script');
  expect(page).not.toContain('<img');
  expect(page).toContain("default-src 'none'");
  const many = Array.from({ length: 6_000 }, (_, n) => span(`s${n}`, n === 0 ? '' : `s${n - 1}`, 0, 1));
  expect(tracePage(traceId, many)).toContain('Shown are 5000 of 6000 spans.');
});

(chromiumPath ? test : test.skip)(
  'the page in a browser: a row for each span, bars where they were, details on a click',
  async () => {
    const spans = [
      span('a', '', 0, 250, { name: 'POST /payments' }),
      span('b', 'a', 2, 30, { name: 'SELECT accounts', kind: 'SPAN_KIND_CLIENT' }),
      span('c', 'a', 40, 180, {
        name: 'POST',
        kind: 'SPAN_KIND_CLIENT',
        ...crossing('hk-cn'),
        'status.code': 2,
        'span.attributes.server@address': 'settlement.cn.example',
      }),
      span('d', 'a', 230, 15, { name: 'INSERT ledger', kind: 'SPAN_KIND_CLIENT' }),
    ];
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage({ viewport: { width: 1200, height: 360 } });
      await tab.setContent(tracePage(traceId, spans));
      expect(await tab.locator('details').count()).toBe(4);
      const lane = await tab.locator('.lane').nth(2).boundingBox();
      const bar = await tab.locator('.bar').nth(2).boundingBox();
      expect((bar!.x - lane!.x) / lane!.width).toBeCloseTo(40 / 250, 2);
      expect(bar!.width / lane!.width).toBeCloseTo(180 / 250, 2);
      expect(await tab.locator('.border.failed .mark').textContent()).toBe('⇒ mainland');
      await tab.locator('summary').nth(2).click();
      expect(await tab.getByText('settlement.cn.example').isVisible()).toBe(true);
      const picture = process.env.WATERFALL_PICTURE;
      if (picture) await tab.screenshot({ path: picture });
    } finally {
      await browser.close();
    }
  },
  60_000,
);
