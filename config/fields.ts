/** Kinds of fields that the schema is made of. */
import { z } from 'zod';
import { addressProblem, type CidrProblem, cidrProblem } from './cidr';
import type { Code } from './errors';

/** A section: unknown settings are refused, with the known ones in the answer. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `Remove it, or use one of: ${Object.keys(shape).join(', ')}.` : undefined,
  });

/** A list that names each of its items once. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item).superRefine((items, context) => {
    const texts = items.map((each) => JSON.stringify(each));
    for (const [index, each] of texts.entries()) {
      if (texts.indexOf(each) < index)
        context.addIssue({
          code: 'custom',
          path: [index],
          message: 'It is named twice.',
          params: { code: 'HL-FIELD-001', fix: 'Name it once.' },
        });
    }
  });

export const whole = (least: number, most: number) => z.int().min(least).max(most);

/** A string that must match, with the reason and the remedy in words. */
export const text = (code: Code, pattern: RegExp, why: string, fix: string) =>
  z.string().refine((value) => pattern.test(value), { error: why, params: { code, fix } });

/** A string that a function judges. */
export const judged = (problemOf: (text: string) => CidrProblem | undefined) =>
  z.string().superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem)
      context.addIssue({ code: 'custom', message: problem.why, params: { code: problem.code, fix: problem.fix } });
  });

/** An IPv4 prefix within limits. */
export const prefix = (limits: Parameters<typeof cidrProblem>[1]) => judged((text) => cidrProblem(text, limits));

/** An IPv4 address. Whether a host can have it is for rules to say. */
export const address = judged(addressProblem);

/** An EC2 instance type. */
export const ec2InstanceType = text(
  'HL-FIELD-002',
  /^[a-z]+\d+[a-z]*\.[a-z0-9]+$/,
  'This is not an EC2 instance type.',
  'Write family and size, such as m7g.large.',
);

/** A KMS key, by its own ARN. */
export const keyArn = text(
  'HL-FIELD-003',
  /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]{36}$/,
  'This is not the ARN of a KMS key.',
  'Write the ARN of the key, not of an alias.',
);

/** An AWS account. */
export const account = text(
  'HL-FIELD-004',
  /^\d{12}$/,
  'This is not an AWS account.',
  'Write twelve digits, in quotes: zeros may lead.',
);

/** An IAM role. */
export const roleArn = text(
  'HL-FIELD-005',
  /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  'This is not the ARN of an IAM role.',
  'Write the whole ARN: partition, account and role. Users and wildcards are not taken.',
);

/** An id that AWS gave, such as `vpc-` and 17 digits. */
export const resourceId = (kind: string, prefix: string) =>
  text(
    'HL-FIELD-006',
    new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`),
    `This is not the id of a ${kind}.`,
    `Write ${prefix}- and 17 hexadecimal digits.`,
  );

/** An Amazon Machine Image. */
export const imageId = text(
  'HL-FIELD-008',
  /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/,
  'This is not the id of an image.',
  'Write ami- and 17 hexadecimal digits.',
);

/** A secret of Secrets Manager, by its whole ARN. */
export const secretArn = text(
  'HL-FIELD-009',
  /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  'This is not the whole ARN of a secret.',
  'Write the ARN with the six characters that Secrets Manager appended.',
);

/** A DNS name of two labels or more; no wildcard. A certificate's subject has room for 64. */
export const dnsName = text(
  'HL-FIELD-007',
  /^(?=.{1,64}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'This is not a DNS name that a certificate of ours can carry.',
  'Write up to 64 lower-case letters, digits, hyphens and dots: otlp.example.internal',
);
