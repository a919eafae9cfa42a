/** Where an artifact comes from, in the format that verifiers read: a statement of in-toto with the predicate of SLSA 1. */
import type { Module } from './modules';

/** An artifact as it was built. */
export interface Artifact {
  /** `lib/store/bootstrap.handler.ts`, `otelcol-harbourline`, `harbourline_otel-0.1.0-py3-none-any.whl`. */
  readonly name: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Who built it of what. */
export interface Build {
  /** Commit that was checked out. */
  readonly commit: string;
  /** Where that commit is: `https://git.example.com/harbourline`. */
  readonly repository: string;
  /** Whether there was more in the tree than the commit: then nobody can build the same. */
  readonly modified: boolean;
  /** The command that built it. */
  readonly command: string;
  /** Whoever ran it: the workflow at a ref, or nobody who could be named. */
  readonly builder: string;
}

/** `sha512-…` of npm and `h1:…` of Go are digests in base64; SLSA wants hexadecimal. */
function digestOf(hash: string | undefined): Record<string, string> | undefined {
  const [, algorithm = '', text = ''] = /^(sha512-|sha256-|h1:)(.+)$/.exec(hash ?? '') ?? [];
  if (!text) return undefined;
  const name = { 'sha512-': 'sha512', 'sha256-': 'sha256', 'h1:': 'goModuleH1' }[algorithm] ?? algorithm;
  return { [name]: Buffer.from(text, 'base64').toString('hex') };
}

/**
 * The statement. Unsigned: who signs it is the organisation, with a key or an identity that this repository does not have
 * (`actions/attest`, `cosign attest-blob`). Deterministic: no time.
 */
export const statementOf = (artifacts: readonly Artifact[], modules: readonly Module[], build: Build): object => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: artifacts.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'https://harbourline.example/build/v1',
      externalParameters: { command: build.command, repository: build.repository, modified: build.modified },
      resolvedDependencies: [
        { uri: `git+${build.repository}@${build.commit}`, digest: { gitCommit: build.commit } },
        ...modules.map(({ purl, hash }) => {
          const digest = digestOf(hash);
          return { uri: purl, ...(digest ? { digest } : {}) };
        }),
      ],
    },
    runDetails: { builder: { id: build.builder } },
  },
});
