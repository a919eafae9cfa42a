/** A tier of collectors, out of the files that its instances write when they start. */
import { paths, variablesOf } from '../../lib/contract/instance';

/** A collector tier as an instance is configured. */
export interface Tier {
  /** Text of the collector's configuration. */
  readonly configuration: string;
  /** Variables of its environment file. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables of its scripts. */
  readonly drain: Readonly<Record<string, string>>;
  /** Whom it trusts for the backends that it forwards to, PEM. */
  readonly forwardAuthority?: string | undefined;
}

/** A tier out of the files of its instances. */
export const tierOf = (files: ReadonlyMap<string, string>): Tier => ({
  configuration: fileOf(files, paths.configuration),
  environment: variablesOf(fileOf(files, paths.environment)),
  drain: variablesOf(fileOf(files, paths.scriptsEnvironment)),
  forwardAuthority: files.get(paths.forwardAuthority),
});

/** @throws Error that lists what the instances do write */
export function fileOf(files: ReadonlyMap<string, string>, path: string): string {
  const content = files.get(path);
  if (content === undefined)
    throw new Error(`The user data writes no ${path}; it writes ${[...files.keys()].join(', ')}.`);
  return content;
}
