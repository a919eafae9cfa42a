import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchor } from '../../lib/contract/alarms';
import { informWindows, pageWindows } from '../../lib/observe/alarms/budget';
import { gateHeadings } from '../../lib/observe/alarms/flow';
import { incidents } from '../../lib/observe/alarms/incidents';
import { assemblyOf, environmentNames } from '../support/app';

const root = join(__dirname, '..', '..');
const text = readFileSync(join(root, 'docs', 'runbook.md'), 'utf8');
/** Fenced blocks are shell: `##` in them is no heading. */
const prose = text.replace(/^ *```[\s\S]*?^ *```$/gm, '');
const [ofAlarms = '', ofDiagnoses = ''] = prose.split(/^# Diagnoses$/m);
const sectionsOf = (part: string) =>
  part
    .split(/^## /m)
    .slice(1)
    .map((section) => ({ heading: section.slice(0, section.indexOf('\n')), body: section }));
const sections = sectionsOf(ofAlarms);
const diagnoses = sectionsOf(ofDiagnoses);
const anchors = [...sections, ...diagnoses].map(({ heading }) => anchor(heading));

/** An objective's alarms are found under its heading: "P99 hk-cn, 5 minutes" under "P99 hk-cn". */
const windows = [...pageWindows, ...informWindows].map(({ name }) => name);
const parts = [...windows.map((name) => `slow burn, ${name}`), ...windows, 'slow burn', 'measured', 'few as they are'];
const headingOf = (name: string): string =>
  of(name.replace(/^harbourline-[^:]+: /, '').replace(new RegExp(`, (?:${parts.join('|')})$`), ''));
const of = (heading: string): string =>
  (gateHeadings as readonly string[]).includes(heading) ? 'In use and usual' : heading;

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
}

/** All that environments are made of. */
function resources(): { Type: string; Properties: any }[] {
  return environmentNames
    .flatMap((environment) => assemblyOf(environment).stacksRecursively)
    .flatMap(({ template }) => Object.values<any>(template.Resources ?? {}));
}

const all = resources();

/** Every alarm of every environment. */
const alarms = (): Alarm[] =>
  all
    .filter(({ Type }) => ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].includes(Type))
    .map(({ Properties }) => Properties)
    // Those that only scale a fleet notify nobody, and bear no name.
    .filter(({ AlarmName }) => AlarmName !== undefined)
    // Those that roll a deployment back notify nobody: "Instances of gateways missing" does.
    .filter(({ AlarmName }) => !AlarmName.endsWith(': instances missing'));

/** Titles of rows of all dashboards: the bold beginning of a text. */
const rows = new Set(
  all
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')
    .flatMap(({ Properties }) => [
      ...JSON.stringify(Properties.DashboardBody).matchAll(/markdown[\\":]+\*\*([^*]+?)\.?\*\*/g),
    ])
    .map(([, title = '']) => title),
);

describe('runbook', () => {
  const links = alarms().map(({ AlarmName, AlarmDescription }) => ({
    name: AlarmName,
    linked: /docs\/runbook\.md#([\w-]+)/.exec(AlarmDescription)?.[1],
  }));

  it('has a heading for every alarm, and every alarm links it', () => {
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(({ linked }) => linked === undefined || !anchors.includes(linked))).toEqual([]);
  });

  it('has no heading that no alarm links', () => {
    const linked = new Set(links.map((link) => link.linked));
    expect(sections.map(({ heading }) => heading).filter((heading) => !linked.has(anchor(heading)))).toEqual([]);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it("bears the alarms' words as headings", () => {
    const headings = sections.map(({ heading }) => heading);
    expect(links.filter(({ name }) => !headings.includes(headingOf(name)))).toEqual([]);
    expect(links.filter(({ name, linked }) => linked !== anchor(headingOf(name)))).toEqual([]);
  });

  it.each(sections)('$heading says what it means, where to look, why, what to do and what then', ({ body }) => {
    const wanted = ['Meaning', 'First three looks', 'Likely causes', 'Fix', 'After'];
    const places = wanted.map((part) => body.search(new RegExp(`^\\*\\*${part}\\b`, 'm')));
    expect(places).not.toContain(-1);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it.each(diagnoses)('diagnosis $heading is linked from an alarm', ({ heading }) => {
    expect(ofAlarms).toContain(`](#${anchor(heading)})`);
  });

  // What is done in the store: a search, a command of ours, a request by hand, Dashboards.
  const inTheStore = /\bsearch '|npm run (?:trace|store)|`(?:GET|POST|PUT|DELETE) _|in Dashboards|\bDiscover\b/;
  const whole = text.split(/^## /m).slice(1);

  it('says on each page that needs the store how to get there', () => {
    const needy = whole.filter((page) => inTheStore.test(page) && !page.startsWith('To reach the store'));
    expect(needy.length).toBeGreaterThanOrEqual(10);
    expect(needy.filter((page) => !page.includes('(#to-reach-the-store)')).map((page) => page.split('\n')[0])).toEqual(
      [],
    );
  });

  it('sends nobody to a row that no dashboard has, and no message does', () => {
    const checks = Object.values(incidents).flatMap(({ checks: looks }) => looks.flatMap(({ en, zh }) => [en, zh]));
    const named = [
      ...prose.matchAll(/[Rr]ows? "([^"]+)"/g),
      ...checks.flatMap((text) => [...text.matchAll(/Row "([^"]+)"|“([^”]+)”一行/g)]),
    ];
    const titles = named.map(([, en, zh]) => (en ?? zh ?? '').replace(/[.?]$/, ''));
    expect(titles.length).toBeGreaterThan(20);
    const known = [...rows].map((row) => row.replace(/[.?]$/, ''));
    expect([...new Set(titles)].filter((title) => !known.includes(title))).toEqual([]);
  });

  it('links only headings that it has', () => {
    const own = [...prose.matchAll(/\]\(#([\w-]+)\)/g)].map((match) => match[1]);
    expect(own.filter((link) => !anchors.includes(link as string))).toEqual([]);
  });
});
