/** Composite alarms: their rules, and the order in which they can be evaluated. */
import type { AlarmSet, State } from './definitions';
import { compiled } from './math';

/** Composite alarms after those that they name. @throws Error on a circle, which CloudWatch would refuse */
export function inOrder(composites: AlarmSet['composite']): AlarmSet['composite'] {
  const done: AlarmSet['composite'][number][] = [];
  let rest = [...composites];
  while (rest.length > 0) {
    const ready = rest.filter(({ properties }) => !rest.some(({ arn }) => properties.AlarmRule.includes(`"${arn}"`)));
    if (ready.length === 0)
      throw new Error(`Composite alarms name each other: ${rest.map(({ arn }) => arn).join(', ')}`);
    done.push(...ready);
    rest = rest.filter((composite) => !ready.includes(composite));
  }
  return done;
}

/** @throws Error on an alarm that the rule names and no template makes */
export function holds(rule: string, states: ReadonlyMap<string, State>): boolean {
  const is = (wanted: State) => (arn: string) => {
    const state = states.get(arn);
    if (state === undefined) throw new Error(`An alarm rule names ${arn}, which no template makes.`);
    return state === wanted;
  };
  return Boolean(
    compiled(rule).evaluate({
      ALARM: is('ALARM'),
      OK: is('OK'),
      INSUFFICIENT_DATA: is('INSUFFICIENT_DATA'),
      TRUE: true,
      FALSE: false,
    }),
  );
}
