import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { refused } from '../../config/refused';
import { pythonEnvironment } from '../../harness/python/environment';

/** What cfn-lint or checkov objects to. */
export interface TemplateFinding {
  readonly tool: 'cfn-lint' | 'checkov';
  readonly id: string;
  /** `prodStore002DA5E9/TracesDomain1B5D4F30`: template and logical id. */
  readonly at: string;
  readonly message: string;
}

/** Findings that are lived with. */
export interface Accepted {
  readonly id: string;
  /** Regular expression for the place. @default every place */
  readonly on?: string;
  readonly reason: string;
}

const acceptedFile = join(__dirname, 'accepted.yaml');

export const readAccepted = (): Accepted[] => parse(readFileSync(acceptedFile, 'utf8'));

const stripped = (path: string): string => basename(path).replace('.template.json', '');

/** A tool that found something ends with an error code and its report all the same. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, LOG_LEVEL: 'CRITICAL' };
  try {
    return (await promisify(execFile)(command, [...args], { maxBuffer: 1 << 28, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    if (!stdout) throw new Error(`${basename(command)} could not run.\n${stderr ?? error}`);
    return stdout;
  }
}

interface LintMatch {
  readonly Filename: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path?: readonly (string | number)[] };
}

/** What `cfn-lint --format json` wrote. */
export const fromCfnLint = (report: string): TemplateFinding[] =>
  (JSON.parse(report) as LintMatch[]).map(({ Filename, Message, Rule, Location }) => ({
    tool: 'cfn-lint',
    id: Rule.Id,
    at: `${stripped(Filename)}/${Location.Path?.[1] ?? ''}`,
    message: Message,
  }));

interface CheckovReport {
  readonly results?: {
    readonly failed_checks: readonly { check_id: string; check_name: string; file_path: string; resource: string }[];
  };
  readonly summary?: { readonly parsing_errors: number };
}

/** What `checkov --output json` wrote. @throws Error where it could not read a template: that is no pass */
export function fromCheckov(report: string): TemplateFinding[] {
  return ([JSON.parse(report)].flat() as CheckovReport[]).flatMap(({ results, summary }) => {
    if (!results)
      throw refused(
        'HL-TEMPLATES-001',
        'checkov found no template, and that is no pass: name the folder of an assembly, such as cdk.out.',
      );
    if (summary?.parsing_errors !== 0)
      throw refused(
        'HL-TEMPLATES-002',
        `checkov cannot read ${summary?.parsing_errors} templates, and that is no pass: synthesise them again, and do not edit them.`,
      );
    return results.failed_checks.map(({ check_id, check_name, file_path, resource }) => ({
      tool: 'checkov' as const,
      id: check_id,
      at: `${stripped(file_path)}/${resource.split('.').at(-1)}`,
      message: check_name,
    }));
  });
}

/** Runs both over templates of home regions. Offline: neither asks its maker for anything. */
export async function lintTemplates(
  templates: readonly string[],
  regions: readonly string[],
  progress: (line: string) => void,
): Promise<TemplateFinding[]> {
  const { bin } = await pythonEnvironment([join(__dirname, 'requirements.lock')], [], progress);
  const files = templates.map((file) => resolve(file));
  const [lint, checkov] = await Promise.all([
    output(join(bin, 'cfn-lint'), ['--format', 'json', '--regions', ...regions, '--', ...files]),
    output(join(bin, 'checkov'), [
      ...['--framework', 'cloudformation', '--output', 'json', '--quiet', '--compact', '--skip-download'],
      ...files.flatMap((file) => ['--file', file]),
    ]),
  ]);
  return [...fromCfnLint(lint), ...fromCheckov(checkov)];
}

/** What nobody accepted, and acceptances that nothing needs any more. */
export function judge(
  findings: readonly TemplateFinding[],
  accepted: readonly Accepted[],
): { open: TemplateFinding[]; stale: Accepted[] } {
  const covers = ({ id, on }: Accepted, finding: TemplateFinding): boolean =>
    id === finding.id && (on === undefined || new RegExp(on).test(finding.at));
  return {
    open: findings.filter((finding) => !accepted.some((each) => covers(each, finding))),
    stale: accepted.filter((each) => !findings.some((finding) => covers(each, finding))),
  };
}
