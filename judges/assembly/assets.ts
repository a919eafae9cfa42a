/** Assets of a synthesised assembly. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetManifestArtifact, type CloudAssembly } from 'aws-cdk-lib/cx-api';

/** Hashes of all of them, nested assemblies included. */
export function assetHashes({ artifacts, nestedAssemblies }: CloudAssembly): string[] {
  return [
    ...artifacts
      .filter(AssetManifestArtifact.isAssetManifestArtifact)
      .flatMap(({ contents }) => [...Object.keys(contents.files ?? {}), ...Object.keys(contents.dockerImages ?? {})]),
    ...nestedAssemblies.flatMap(({ nestedAssembly }) => assetHashes(nestedAssembly)),
  ];
}

/** The file asset of a stack whose display name is `name`: folder with its content. */
export function assetFolder(assembly: CloudAssembly, stackSuffix: string, name: string): string {
  const stack = assembly.stacksRecursively.find((candidate) => candidate.stackName.endsWith(stackSuffix));
  for (const artifact of stack?.dependencies ?? []) {
    if (!('file' in artifact)) continue;
    const file = (artifact as { file: string }).file;
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as {
      files: Record<string, { displayName?: string; source: { path?: string } }>;
    };
    for (const { displayName, source } of Object.values(manifest.files)) {
      if (displayName === name && source.path) return join(file, '..', source.path);
    }
  }
  throw new Error(`Stack ${stackSuffix} has no file asset named ${name}.`);
}
