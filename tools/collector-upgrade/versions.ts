/** Versions of the collector's modules, in its manifest and in the go.mod of our own processors. */

/** The two that a release of the collector has: of modules below 1, and of stable ones. */
export interface Release {
  /** `0.158.0`. */
  readonly version: string;
  /** `1.64.0`. */
  readonly stable: string;
}

const ofCollector = String.raw`(?:go\.opentelemetry\.io/collector|github\.com/open-telemetry/opentelemetry-collector-contrib)`;
const escaped = (text: string): string => text.replaceAll('.', String.raw`\.`);

/**
 * A manifest or a go.mod with another release. What is at neither version of the release before stays: replacements that stand
 * for modules which no proxy carries, and all that is not the collector's.
 */
export function withRelease(text: string, from: Release, to: Release): string {
  const raised = (all: string, before: string, after: string): string =>
    all.replaceAll(new RegExp(`(${ofCollector}\\S*) v${escaped(before)}(?=\\s|$)`, 'gm'), `$1 v${after}`);
  return raised(raised(text, from.version, to.version), from.stable, to.stable).replace(
    new RegExp(`^(  version: )${escaped(from.version)}$`, 'm'),
    `$1${to.version}`,
  );
}

/** Modules of the collector in a manifest, each as `path@vVERSION`. */
export const modulesIn = (manifest: string): string[] =>
  [...manifest.matchAll(new RegExp(`gomod: (${ofCollector}\\S*) (v\\S+)$`, 'gm'))].map(
    ([, path, version]) => `${path}@${version}`,
  );

/** The release of a manifest. @throws Error where it names none */
export function releaseOf(manifest: string): Release {
  const version = /^ {2}version: (\d+\.\d+\.\d+)$/m.exec(manifest)?.[1];
  const stable = /confmap\/provider\/envprovider v(\d+\.\d+\.\d+)$/m.exec(manifest)?.[1];
  if (!version || !stable) throw new Error('builder.yaml names no version of the collector, or none of its providers.');
  return { version, stable };
}

/** The stable version that goes with a module's release: of `pdata`, by the module's own go.mod. @throws Error without one */
export function stableIn(goMod: string): string {
  const stable = /go\.opentelemetry\.io\/collector\/pdata v(1\.\d+\.\d+)$/m.exec(goMod)?.[1];
  if (!stable) throw new Error('The go.mod of the processor of tail sampling names no version of pdata.');
  return stable;
}
