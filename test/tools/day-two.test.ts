/** The changes that failed on day two, and that nothing of the schema is left out. The whole suite is `npm run day-two`. */
import { z } from 'zod';
import { environmentSchema } from '../../config/schema';
import { dayTwoChanges, notTried } from '../../tools/order/changes';
import { judgeChange } from '../../tools/order/day-two';
import { expectedRefusals } from '../../tools/order/expected';

type Shape = { readonly properties?: Readonly<Record<string, Shape>> };

/** Every setting of the schema that is not a section. */
function settings(shape: Shape, path = ''): string[] {
  const { properties } = shape;
  if (!properties) return [path];
  return Object.entries(properties).flatMap(([name, inner]) => settings(inner, path ? `${path}.${name}` : name));
}

test('each setting is tried, by itself or with its section, or it is said why not', () => {
  const tried = [...new Set(dayTwoChanges.map(({ path }) => path)), ...Object.keys(notTried)];
  const all = settings(z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }) as Shape);
  const within = (setting: string, path: string) => setting === path || setting.startsWith(`${path}.`);
  expect(all.filter((setting) => !tried.some((path) => path !== 'link' && within(setting, path)))).toEqual([]);
});

test('what is listed as two steps is a change of the suite', () => {
  const names = dayTwoChanges.map(({ path, what }) => `${path}: ${what}`);
  for (const name of Object.keys(expectedRefusals)) expect(names).toContain(name);
});

const change = (path: string, what: string) => {
  const found = dayTwoChanges.find((each) => each.path === path && each.what === what);
  if (!found) throw new Error(`${path}: ${what} is not in the suite.`);
  return found;
};

test.each([
  ['link.allowlist.text', 'one more relay line'],
  ['link.allowlist.text', 'reorder'],
  ['link.allowlist.text', 'a list outgrows its step'],
  ['link.transports', 'to the leased line'],
  ['link.transports', 'encrypt the line'],
  ['link.serviceAttachments', 'remove the first'],
  ['link.serviceAttachments', 'empty'],
  ['link', 'remove'],
])('%s, %s: there and back', (path, what) => {
  expect(judgeChange(change(path, what))).toEqual({ there: [], back: [] });
});
