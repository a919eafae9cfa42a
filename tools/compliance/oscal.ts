/** The control mapping as NIST's own format has it: an OSCAL component definition, docs/compliance.oscal.json. */
import { createHash } from 'node:crypto';
import { ownerOf } from '../../lib/compliance/owners';
import { frameworks, notMapped, readOn, stackOf } from './clauses';
import { controls } from './controls';

export const oscalVersion = '1.2.1';

/** The same for the same name, in the form of a version 5 UUID. */
function uuid(name: string): string {
  const hash = createHash('sha256').update(`harbourline ${name}`).digest('hex');
  const variant = ((Number.parseInt(hash[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Owner and day of review of a control. @throws Error where nobody answers for it */
export function answerable(name: string): { owner: string; reviewBy: string } {
  const stack = stackOf[name];
  if (!stack) throw new Error(`Nobody answers for the control ${name}: name its stack in tools/compliance/clauses.ts.`);
  return ownerOf(`prod/${stack}`);
}

const tests = (name: string): string[] => (controls[name]?.tests ?? []).map(([file, title]) => `${file} › ${title}`);

const evidence = (name: string): { name: string; value: string; ns: string }[] => {
  const { resources = [], rules = [], reviewed = [] } = controls[name] ?? {};
  const { owner, reviewBy } = answerable(name);
  const prop = (key: string, value: string) => ({ name: key, value, ns });
  return [
    ...resources.map((type) => prop('resource', type)),
    ...rules.map((id) => prop('rule', id)),
    ...reviewed.map((id) => prop('change-review', id)),
    ...tests(name).map((test) => prop('test', test)),
    prop('owner', owner),
    prop('review-by', reviewBy),
  ];
};

const ns = 'https://harbourline.example/ns/oscal';

/** The document. Deterministic: the same controls give the same text. */
export function componentDefinition(): object {
  return {
    'component-definition': {
      uuid: uuid('component-definition'),
      metadata: {
        title: 'Harbourline: controls and their evidence',
        'last-modified': `${readOn}T00:00:00Z`,
        version: '1.0.0',
        'oscal-version': oscalVersion,
        remarks: [
          'What a clause is answered by. No certificate, no legal advice.',
          ...Object.entries(notMapped).map(([name, why]) => `Not mapped: ${name}. ${why}`),
        ].join('\n\n'),
      },
      components: [
        {
          uuid: uuid('component'),
          type: 'software',
          title: 'Harbourline',
          description: 'Tracing for services in Hong Kong and mainland China, deployed by AWS CDK.',
          'control-implementations': Object.entries(frameworks).map(([key, framework]) => ({
            uuid: uuid(key),
            source: framework.source.split(/[;,] /)[0] ?? framework.source,
            description: `${framework.name}. Read on ${readOn}: ${framework.read === 'text' ? 'the words' : 'titles only'}, in ${framework.source}.`,
            props: framework.gaps.map((value) => ({ name: 'gap', value, ns })),
            'implemented-requirements': framework.clauses.map(({ id, title, by }) => ({
              uuid: uuid(`${key} ${id}`),
              'control-id': token(id),
              description: `${title}. ${by.map((name) => controls[name]?.promise).join(' ')}`,
              statements: by.map((name) => ({
                uuid: uuid(`${key} ${id} ${name}`),
                'statement-id': token(`${id}_${name}`),
                description: `${name}: ${controls[name]?.promise}`,
                props: evidence(name),
              })),
            })),
          })),
        },
      ],
    },
  };
}

/** OSCAL's tokens begin with a letter or `_` and have no blanks. */
const token = (text: string): string => {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-');
  return /^[a-z_]/.test(plain) ? plain : `_${plain}`;
};

/** As it is committed. */
export const oscalText = (): string => `${JSON.stringify(componentDefinition(), null, 2)}\n`;
