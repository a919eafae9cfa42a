import { readFileSync } from 'node:fs';
import { rules, rulesFile } from '../../tools/python/rules';

test('the Python package redacts by the same list as the collectors: npm run python:generate writes it', () => {
  expect(readFileSync(rulesFile, 'utf8')).toBe(rules());
});
