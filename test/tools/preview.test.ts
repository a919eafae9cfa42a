import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { crossingAttribute, kindOfCrossing, metrics } from '../../lib/contract/metrics';
import type { DataPoint } from '../../rehearsal/judge/cloudwatch/embedded-metrics';
import type { Recording } from '../../rehearsal/recording';
import { type Synthesised, synthesise } from '../../rehearsal/stage/synthesised';
import { chromiumPath, openBrowser } from '../../tools/preview/browser';
import { page } from '../../tools/preview/page';
import { configOf } from '../support/app';

const minute = 60_000;
const start = Date.UTC(2026, 10, 24, 10, 30);
const fault = start + 12 * minute;

/** Twenty minutes of calls to the mainland, slow from the twelfth on; nothing else. */
const points: DataPoint[] = Array.from({ length: 20 }, (_, n) => start + n * minute).flatMap((timestamp) => {
  const of = {
    namespace: 'Harbourline/dev',
    timestamp,
    dimensions: { [crossingAttribute]: 'hk-cn', 'span.kind': kindOfCrossing['hk-cn'] },
  };
  const slow = timestamp >= fault ? 700 : 80;
  return [
    { ...of, name: metrics.duration.name, unit: 'Milliseconds', values: [slow, 2 * slow], counts: [95, 5] },
    { ...of, name: metrics.calls.name, unit: 'Count', values: [100], counts: [1] },
  ];
});

const recording: Recording = {
  environment: 'dev',
  scenario: 'slow-link',
  drive: { from: start, until: start + 20 * minute },
  injectedAt: fault,
  diagnosis: { side: 'the link', because: 'hk-cn' },
  courses: [
    {
      name: 'harbourline-dev: Calls to the mainland',
      changes: [{ at: fault + minute, state: 'ALARM' }],
      notified: [],
      contributors: [],
      ended: [],
      actions: [],
    },
  ],
  points,
};

const title = chromiumPath
  ? 'a preview in a browser'
  : 'a preview in a browser (skipped: no Chromium, apt-get install chromium)';
(chromiumPath ? describe : describe.skip)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-preview-'));
  const file = join(folder, 'preview.html');
  let synthesised: Synthesised;
  let browser: Browser;
  let tab: Page;
  const errors: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    synthesised = synthesise(configOf('dev'));
    synthesised.dispose();
    writeFileSync(file, page(synthesised.dashboards, recording));
    browser = await openBrowser();
    tab = await browser.newPage({ viewport: { width: 1500, height: 900 }, timezoneId: 'UTC' });
    tab.on('pageerror', (error) => errors.push(error.message));
    tab.on('request', (request) => requests.push(request.url()));
    await tab.goto(pathToFileURL(file).href);
    await tab.waitForSelector('body[data-drawn]');
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  const widget = (name: string) =>
    tab.locator('.widget.metric', { has: tab.locator('h3', { hasText: new RegExp(`^${name}$`) }) });

  test('is whole in itself and runs without an error', () => {
    expect(errors).toEqual([]);
    expect(requests).toEqual([pathToFileURL(file).href]);
  });

  test('shows every widget of the dashboard bodies', async () => {
    const widgets = synthesised.dashboards.flatMap((dashboard) => dashboard.widgets);
    const titles = widgets.filter(({ type }) => type === 'metric').map(({ properties }) => properties.title);
    expect(await tab.locator('.widget.metric h3, .widget.values h3').allTextContents()).toEqual(titles);
    expect(await tab.locator('.widget.text').count()).toBe(widgets.filter(({ type }) => type === 'text').length);
    expect(await tab.locator('h2').allTextContents()).toEqual(synthesised.dashboards.map(({ name }) => name));
  });

  test('draws lines, objective and the beginning of the fault', async () => {
    const graph = widget('Hong Kong calls the mainland: duration');
    expect(await graph.getAttribute('data-state')).toBe('data');
    const texts = await graph.locator('svg text').allTextContents();
    for (const wanted of ['hk-cn p50', 'hk-cn p95', 'hk-cn p99', 'p99 objective 500 ms', 'fault begins']) {
      expect(texts).toContain(wanted);
    }
    // A line of SVG for each percentile, and for each kind of mark: of stacks, of releases. Paths without a fill.
    const lines = await graph.locator('svg path[fill="none"][stroke-width="2"]').count();
    expect(lines).toBe(3 + 2);
  });

  test('marks widgets without data', async () => {
    const empty = widget('The mainland calls Hong Kong: duration');
    expect(await empty.getAttribute('data-state')).toBe('empty');
    expect(await empty.locator('.empty').textContent()).toBe('no data in this rehearsal');
    expect(await widget('Free storage').locator('.empty').textContent()).toBe('no data: metrics of an AWS service');
  });

  test('what happens at one time stands in one column', async () => {
    const above = await widget('Hong Kong calls the mainland: duration').boundingBox();
    const below = await widget('Within Hong Kong: duration').boundingBox();
    expect([below?.x, below?.width]).toEqual([above?.x, above?.width]);
    expect(below?.y).toBeGreaterThan(above?.y ?? 0);
  });

  test('says who is at fault, and which incident it is', async () => {
    expect(await tab.locator('.verdict').textContent()).toContain('the link, since 10:42');
    expect(await tab.locator('.chip.alarm').allTextContents()).toEqual(['Calls to the mainlandALARM since 10:43']);
    expect(await tab.locator('.chip:not(.alarm)').count()).toBe(3);
  });
});
