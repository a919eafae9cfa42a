/** Grades are looked at by `npm run review:grades`, for minutes; that each case still has something to change, here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { graded } from '../../tools/grades/cases';

const root = join(__dirname, '..', '..');

test('every text that a case changes stands once in its file', () => {
  const texts = new Map<string, string>();
  const read = (file: string): string => {
    const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
    texts.set(file, text);
    return text;
  };
  const lost = graded.flatMap(({ name, edits }) => {
    const now = new Map<string, string>();
    return edits.flatMap(({ file, from, to }) => {
      const text = now.get(file) ?? read(file);
      const times = text.split(from).length - 1;
      now.set(
        file,
        text.replace(from, () => to),
      );
      return times === 1 ? [] : [`${name}: “${from}” stands ${times} times in ${file}`];
    });
  });
  expect(lost).toEqual([]);
});

test('every case has a name of its own', () => {
  const names = graded.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
