/** What a configuration says of days, judged at the day of its commit: the same commit always gives the same. */
import { datesOf } from './allowlist';
import { ConfigError } from './errors';
import type { EnvironmentConfig } from './schema';

/** @param day as `2027-06-30`. @throws ConfigError with every line of an allow-list that does not hold at that day */
export function refuseDates(environments: readonly EnvironmentConfig[], day: string): void {
  const problems = environments.flatMap(({ link }) =>
    link
      ? datesOf(link.allowlist.entries, day, link.allowlistDays).map(({ line, ...problem }) => ({
          file: link.allowlist.file,
          path: `line ${line}`,
          ...problem,
        }))
      : [],
  );
  if (problems.length > 0) throw new ConfigError(problems);
}
