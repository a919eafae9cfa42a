import { ConfigError } from '../../config/errors';
import { refused } from '../../config/refused';
import { rules } from '../../config/rules';
import { type EnvironmentConfig, environmentSchema } from '../../config/schema';
import { shapeProblems } from '../../config/schema-problems';

/** What `--try` changes: its name → the setting. */
const settings = {
  floor: 'floorPercent',
  ceiling: 'ceilingPercent',
  slow: 'slowThresholdMs',
  band: 'bytesPerSecond',
  errors: 'errorBytesPerSecond',
} as const satisfies Record<string, keyof EnvironmentConfig['sampling']>;

/** The configuration with what is tried. @throws Error that names every wrong setting, as the configuration would */
export function tried(config: EnvironmentConfig, changes: readonly string[]): EnvironmentConfig {
  const known = Object.keys(settings).join(', ');
  const entries = changes.map((change) => {
    const [name = '', value = ''] = change.split('=');
    if (!Object.hasOwn(settings, name) || !/^\d+(\.\d+)?$/.test(value)) {
      throw refused('HL-SAMPLING-002', `--try ${change}: write SETTING=N, with ${known}.`);
    }
    return [settings[name as keyof typeof settings], Number(value)] as const;
  });
  if (entries.length === 0)
    throw refused('HL-SAMPLING-003', `--try is missing: say what to try, as SETTING=N with ${known}.`);
  const changed = { ...config, sampling: { ...config.sampling, ...Object.fromEntries(entries) } };
  const { error } = environmentSchema.pick({ sampling: true }).safeParse({ sampling: changed.sampling });
  const file = '--try';
  const problems = error
    ? error.issues.flatMap((issue) => shapeProblems(file, changed, issue))
    : rules
        .filter(({ reads }) => reads.some((read) => read.startsWith('sampling')))
        .flatMap(({ check }) => check(changed).map((finding) => ({ file, ...finding })));
  if (problems.length > 0) throw new ConfigError(problems);
  return changed;
}
