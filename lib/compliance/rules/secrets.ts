import { entries, type TemplateRule } from './rule';

const secretName = /(password|passphrase|secretstring|presharedkey|secretkey|privatekey|apikey|authtoken)$/i;

/** Templates are readable by whoever may describe a stack, stay in S3, and in review/ of this repository. */
export const clearTextSecret: TemplateRule = {
  id: 'ClearTextSecret',
  message:
    'A secret stands in the template in clear text. Let Secrets Manager generate it, or use a dynamic reference ({{resolve:secretsmanager:…}}).',
  check: ({ Properties }) =>
    [...entries(Properties)]
      .filter(({ key, value }) => secretName.test(key.replaceAll(/[_-]/g, '')) && isLiteral(value))
      .map(({ path }) => path),
};

const isLiteral = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && !/^\{\{resolve:(secretsmanager|ssm-secure):/.test(value);
