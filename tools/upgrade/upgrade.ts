/** What an upgrade writes into the files of a repository. */

/** As far as it is read. */
export interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface CdkJson {
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Versions of a release. */
interface Release {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Packages whose versions the release was tried with. Whatever else a firm has is its own business. */
const tried = ['aws-cdk-lib', 'constructs', 'aws-cdk', 'tsx', 'typescript', '@types/node'];

/** The manifest with the release, and the versions that it was tried with. */
export function upgradedPackage(before: PackageJson, spec: string, release: Release): PackageJson {
  const versions = { ...release.devDependencies, ...release.dependencies };
  const raised = (packages: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(
      Object.entries(packages).map(([name, version]) => [
        name,
        name === 'harbourline' ? spec : tried.includes(name) ? (versions[name] ?? version) : version,
      ]),
    );
  return {
    ...before,
    dependencies: raised(before.dependencies),
    ...(before.devDependencies ? { devDependencies: raised(before.devDependencies) } : {}),
  };
}

/** Feature flags of the release that are not there. What a firm set otherwise stays: it may have its reason. */
export function upgradedFlags(before: CdkJson, release: CdkJson): { json: CdkJson; added: string[] } {
  const known = before.context ?? {};
  const added = Object.keys(release.context ?? {}).filter((flag) => !(flag in known));
  const flags = Object.fromEntries(added.map((flag) => [flag, release.context?.[flag]]));
  return { json: { ...before, context: { ...known, ...flags } }, added };
}
