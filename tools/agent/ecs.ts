/** `npm run agent:ecs`: see `--help`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { coded, Refusal } from '../../config/refused';
import { environmentNamed } from '../../harness/stages';
import { command, needed } from '../command';
import { taskOf } from './ecs-task';

const help = `Prints the agent as a part of a task definition of ECS (containerDefinitions, volumes), as JSON.

npm run agent:ecs -- --env ENVIRONMENT --image IMAGE --gateway HOST:PORT --certificate ARN [options]
  --image IMAGE        by digest: what npm run agent:image -- --push printed
  --gateway HOST:PORT  value of the parameter /harbourline/ENVIRONMENT/agent/gateway-endpoint
  --certificate ARN    value of the parameter /harbourline/ENVIRONMENT/agent/certificate
  --pseudonyms ARN     value of the parameter /harbourline/ENVIRONMENT/agent/pseudonyms, where there is one
  --daemon             a whole task definition instead, for one task on each instance of a cluster on EC2
  --output FILE        where to (default: standard output)
  --help               this text
`;

/** What must look like what it is: an error here is better than one in a task that starts and starts again. */
const forms = {
  image: [/@sha256:[0-9a-f]{64}$/, 'is no image by its digest', 'use registry/name@sha256:…'],
  gateway: [/^[\w.-]+:\d{1,5}$/, 'is no host:port', 'read the parameter gateway-endpoint'],
  certificate: [
    /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:.+$/,
    'is no ARN of a secret',
    'read the parameter certificate',
  ],
  pseudonyms: [
    /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:.+$/,
    'is no ARN of a secret',
    'read the parameter pseudonyms',
  ],
} as const;

command(help, () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      image: { type: 'string' },
      gateway: { type: 'string' },
      certificate: { type: 'string' },
      pseudonyms: { type: 'string' },
      daemon: { type: 'boolean', default: false },
      output: { type: 'string' },
    },
  });
  const config = environmentNamed(needed('env', values.env));
  const wrong = (Object.keys(forms) as (keyof typeof forms)[]).flatMap((name) => {
    const [form, reason, fix] = forms[name];
    const value = values[name];
    if (name === 'pseudonyms' && value === undefined && config.redaction.pseudonymKeys.length === 0) return [];
    return form.test(value ?? '')
      ? []
      : [coded('HL-AGENT-002', `--${name} ${value ?? 'is missing'}: this ${reason}. Fix: ${fix}.`)];
  });
  if (wrong.length > 0) throw new Refusal(wrong);
  const task = taskOf({
    config,
    image: values.image!,
    gatewayEndpoint: values.gateway!,
    certificateSecretArn: values.certificate!,
    pseudonymSecretArn: values.pseudonyms,
    daemon: values.daemon,
  });
  const text = `${JSON.stringify(task, null, 2)}\n`;
  if (values.output) writeFileSync(values.output, text);
  else process.stdout.write(text);
});
