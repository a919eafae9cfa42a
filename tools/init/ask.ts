/** Asks what flags do not say, and judges each answer before the next question. */
import { createInterface } from 'node:readline/promises';
import { type Problem, related } from '../../config/errors';
import { fileOf, flagOf, inputOf, pathOf, problemsOf } from './input';
import { type Answers, isAsked, settings, type Whole } from './settings';

/** Whom is asked: a terminal, or a test. */
export type Ask = (question: string) => Promise<string>;

/** What is wrong with an environment's answers, beside all that was answered before. */
function wrongIn(name: string, all: ReadonlyMap<string, Answers>, whole: Whole, today: Date): readonly Problem[] {
  const inputs = new Map(
    whole.environments.map((each, index) => [each, inputOf(each, index, all.get(each) ?? {}, whole, today)]),
  );
  return problemsOf(inputs).filter(({ file }) => file === fileOf(name));
}

/** The answers, with those that were missing. What only shows when all are there is asked again then. */
export async function askAll(
  given: ReadonlyMap<string, Answers>,
  whole: Whole,
  ask: Ask,
  say: (line: string) => void,
  today: Date,
): Promise<Map<string, Answers>> {
  const all = new Map(given);
  const tell = (problems: readonly Problem[]): void => {
    for (const { why, fix } of problems) say(`  ${why}\n  Fix: ${fix}`);
  };
  for (const name of whole.environments) {
    const production = whole.production.includes(name);
    const left = new Set<string>();
    for (;;) {
      await askMissing(name, left);
      const wrong = wrongIn(name, all, whole, today);
      const flags = new Set(wrong.map((problem) => flagOf(problem, production)));
      const again = settings.filter(({ flag }) => flags.has(flag));
      if (again.length === 0) break;
      tell(wrong);
      const kept: Record<string, string | undefined> = { ...all.get(name) };
      for (const { flag } of again) {
        delete kept[flag];
        left.delete(flag);
      }
      all.set(name, kept);
    }
  }
  return all;

  async function askMissing(name: string, left: Set<string>): Promise<void> {
    const production = whole.production.includes(name);
    for (const setting of settings) {
      const { flag, question, list, without } = setting;
      const so = all.get(name) ?? {};
      if (so[flag] !== undefined || left.has(flag) || !isAsked(setting, production, so)) continue;
      for (;;) {
        const hint = [list ? 'by commas' : '', without ? `empty: ${without}` : ''].filter(Boolean).join('; ');
        const answer = (await ask(`${name}: ${question}${hint ? ` (${hint})` : ''}: `)).trim();
        if (answer === '' && without) {
          left.add(flag);
          break;
        }
        const tried = new Map(all).set(name, { ...so, [flag]: answer });
        const path = pathOf(setting, production);
        const wrong = wrongIn(name, tried, whole, today).filter((problem) => related(problem.path, path));
        if (answer !== '' && wrong.length === 0) {
          all.set(name, { ...so, [flag]: answer });
          break;
        }
        tell(wrong);
      }
    }
  }
}

/** A person at a terminal. */
export function terminal(): { ask: Ask; close: () => void } {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return { ask: (question) => lines.question(question), close: () => lines.close() };
}
