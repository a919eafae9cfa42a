import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseEnvironment } from '../../config/parse';
import { dev } from '../../harness/environments/dev';
import type { Watched } from '../../lib/observe/alarms/alarm';
import { dashboards } from '../../lib/observe/dashboards';
import type { Widget } from '../../rehearsal/judge/cloudwatch/dashboards';
import { environments } from '../support/app';

type Language = 'en' | 'zh' | 'both';

/** Widgets of all dashboards of an environment, in a language. */
function widgetsIn(language: Language, base = environments[0]!): Widget[] {
  const config = { ...base, observe: { ...base.observe, language } };
  const stack = new Stack(new App(), 'Observe', { env: { account: config.account, region: config.region } });
  dashboards(stack, { config, domainName: 'harbourline-dev' } as Watched);
  const join = (value: any): string => (typeof value === 'string' ? value : value['Fn::Join'][1].map(text).join(''));
  const text = (value: unknown): string => (typeof value === 'string' ? value : 'aws');
  return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard')).flatMap(
    ({ Properties }) => JSON.parse(join(Properties.DashboardBody)).widgets,
  );
}

const han = /\p{Script=Han}/u;
/** Units that are the same in both languages. */
const international = /^(%|m?s|MiB|k?bit\/s)$/;
const wordsOf = ({ properties }: Widget): string[] => [
  ...(properties.title === undefined ? [] : [properties.title]),
  ...[properties.yAxis?.left?.label, properties.yAxis?.right?.label].filter((unit) => unit !== undefined),
  ...(properties.annotations?.horizontal ?? []).flatMap(({ label }) => label ?? []),
];

test.each(environments.map((config) => [config.environment, config] as const))(
  '%s in Chinese: every title, unit, limit and text, and no number is lost',
  (_name, config) => {
    const chinese = widgetsIn('zh', config);
    expect(chinese.flatMap(wordsOf).filter((word) => !han.test(word) && !international.test(word))).toEqual([]);
    const numbers = (word: string) => word.match(/\d+(\.\d+)?/g) ?? [];
    expect(chinese.flatMap(wordsOf).map(numbers)).toEqual(widgetsIn('both', config).flatMap(wordsOf).map(numbers));
    const texts = chinese.flatMap(({ properties }) => properties.markdown ?? []);
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) {
      const [explanation = '', links = '', ...more] = text.split('\n\n');
      expect([text, more]).toEqual([text, []]);
      // The runbook calls rows by their English titles.
      expect(explanation).toMatch(/^\*\*.*\p{Script=Han}.* \([A-Z][^)]*\)\.?\*\* .*\p{Script=Han}/u);
      expect(links).toMatch(/^手册: .* · 追踪: .* · \[日志\]/);
    }
  },
);

test('in English nothing is Chinese, and the other way round titles stay where both are asked for', () => {
  const english = widgetsIn('en');
  expect(JSON.stringify(english)).not.toMatch(han);
  const titles = (widgets: readonly Widget[]) => widgets.map(({ properties }) => properties.title);
  expect(titles(widgetsIn('both'))).toEqual(titles(english));
});

test('both by default; another language is refused by name', () => {
  const { observe } = parseEnvironment('config/dev.ts', dev);
  expect(observe.language).toBe('both');
  const german = { ...dev, observe: { ...dev.observe, language: 'de' } };
  expect(() => parseEnvironment('config/dev.ts', german)).toThrow(/observe\.language/);
});
