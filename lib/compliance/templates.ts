/**
 * What is deployed, as the packs judge it. cdk-nag looks at typed constructs: a raw `CfnResource` and a property override
 * pass it by (cdk-nag#1636, #1016). So the synthesised templates are read back as typed constructs, and judged again.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { type PolicyFinding, packFindings } from './packs';
import type { TemplateResource } from './rules/rule';

/** A resource with the template that it stands in. */
export interface RenderedResource {
  readonly id: string;
  readonly resource: TemplateResource & { readonly Metadata?: Readonly<Record<string, unknown>> };
  readonly template: { readonly Resources?: Readonly<Record<string, TemplateResource>> };
  readonly region: string;
}

/** Every resource of a synthesised app by the path of its construct. */
export function renderedResources(app: App, assembly: CloudAssembly): Map<string, RenderedResource> {
  const stacks = new Map(assembly.stacksRecursively.map((artifact) => [artifact.id, artifact]));
  return new Map(
    app.node.findAll().flatMap((node): [string, RenderedResource][] => {
      if (!CfnResource.isCfnResource(node)) return [];
      const stack = Stack.of(node);
      const artifact = stacks.get(stack.artifactId);
      const id: string = stack.resolve(node.logicalId);
      const resource = artifact?.template.Resources?.[id];
      return artifact && resource
        ? [[node.node.path, { id, resource, template: artifact.template, region: artifact.environment.region }]]
        : [];
    }),
  );
}

/** What the packs find in templates, under the paths of the constructs that made them. */
export function templateFindings(rendered: ReadonlyMap<string, RenderedResource>): PolicyFinding[] {
  const templates = new Map([...rendered.values()].map(({ template, region }) => [template, region]));
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-templates-'));
  try {
    return [...templates].flatMap(([template, region], at) => {
      const file = join(folder, `${at}.json`);
      writeFileSync(file, JSON.stringify(template));
      const stack = new Stack(new App({ autoSynth: false }), `Read${at}`, { env: { account: '000000000000', region } });
      new CfnInclude(stack, 'Template', { templateFile: file });
      const pathOf = new Map([...rendered].map(([path, { id, template: of }]) => [of === template ? id : '', path]));
      return packFindings(stack).flatMap((finding) => {
        const path = pathOf.get(finding.path.split('/').at(-1) ?? '');
        return path ? [{ ...finding, path }] : [];
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
