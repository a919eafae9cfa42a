/**
 * `npm run allowlist -- why ADDRESS:PORT`       which line admits it, or why nothing does
 * `npm run allowlist -- check --date YYYY-MM-DD`  which lines end soon or have ended
 * `npm run allowlist -- rules`                  what owners of services put into their security groups
 */
import { parseArgs } from 'node:util';
import { isDate, relaySource } from '../config/allowlist';
import { addressProblem } from '../config/cidr';
import { loadEnvironments } from '../harness/deployment';
import { warningDays } from '../lib/contract/alarms';
import { linked } from '../lib/contract/link-parameters';
import { ownerRules } from '../lib/contract/owner-rules';
import { ending, why } from '../lib/link/allowlist-questions';
import { command } from './command';
import { held } from './reach/held';
import { withModel } from './reach/with-model';

const help = `npm run allowlist -- why ADDRESS:PORT [--from ADDRESS] [--env NAME]
npm run allowlist -- check --date YYYY-MM-DD [--env NAME]
npm run allowlist -- rules [--env NAME]

  why            which line of config/allowlists admits connections to ADDRESS:PORT, or why none does; and what the
                 templates make of it, hop by hop with: npm run reach -- FROM ADDRESS:PORT
  check          which lines have ended at a date, or hold for longer than link.allowlistDays from it (both fail), or
                 end within ${warningDays} days of it (warns)
  rules          which rules owners of services put into their security groups

  --from ADDRESS who connects; "relay" for the relays. Default: anybody
  --date DATE    today is: date +%F
  --env NAME     default: all environments that have a link
  --help         this text
`;

/** What is wrong with an IPv4 address that somebody typed. */
function typed(what: string, text: string): string[] {
  const problem = addressProblem(text);
  return problem ? [`${what} ${text}: ${problem.why} ${problem.fix}`] : [];
}

command(help, () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      date: { type: 'string' },
      env: { type: 'string' },
    },
  });
  const [question, target, ...more] = positionals;
  const all = loadEnvironments().filter(({ link }) => link);
  const environments = all.filter(({ environment }) => !values.env || environment === values.env).map(linked);
  if (environments.length === 0) {
    throw new Error(`--env is ${values.env}: name one of ${all.map(({ environment }) => environment).join(', ')}.`);
  }
  if (more.length > 0) throw new Error(`There is one question, and here is "${more.join(' ')}" beside it.\n\n${help}`);

  if (question === 'why') {
    const [, address, port] = /^([^:\s]+):(\S+)$/.exec(target ?? '') ?? [];
    if (target?.includes('[') || target?.includes('::')) throw new Error(`${target}: the link is IPv4 only.`);
    if (!address || !port) throw new Error(`why asks for an address and a port, such as 10.20.8.10:4318.\n\n${help}`);
    const wrong = [
      ...typed('the address', address),
      ...(values.from === undefined || values.from === relaySource ? [] : typed('--from', values.from)),
      ...(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535
        ? []
        : [`${port} is not a TCP port: use one from 1 to 65535, without zeros before it.`]),
    ];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    const answers = environments.map((config) => ({ config, ...why(config, address, Number(port), values.from) }));
    const admitting = answers.filter(({ admitted }) => admitted);
    for (const { config, lines, sources } of admitting.length > 0 ? admitting : answers) {
      console.log([`${config.environment}:`, ...lines.map((line) => `  ${line}`)].join('\n'));
      // Whom a line admits is asked for; where none does, whoever there is.
      const asked = values.from ? [values.from] : sources.length > 0 ? [...new Set(sources)] : [undefined];
      const templates = withModel(config, (model) =>
        asked.flatMap((from) => held(model, config, address, Number(port), from)),
      );
      console.log(
        templates
          .map(({ text, shut }) => `  templates: ${text}${shut ? ' (although a line admits it)' : ''}`)
          .join('\n'),
      );
    }
    return admitting.length > 0 ? 0 : 1;
  }
  if (question === 'check' && target === undefined) {
    if (!isDate(values.date ?? '')) throw new Error(`check asks for --date YYYY-MM-DD: what is today? date +%F`);
    const findings = environments.flatMap((config) => ending(config, values.date as string));
    for (const { text } of findings) console.log(text);
    const ended = findings.filter((finding) => finding.ended).length;
    const tooLong = findings.filter((finding) => finding.tooLong).length;
    const soon = findings.length - ended - tooLong;
    console.log(`${ended} ended, ${soon} within ${warningDays} days, ${tooLong} too long, at ${values.date}`);
    return ended + tooLong > 0 ? 1 : 0;
  }
  if (question === 'rules' && target === undefined) {
    for (const config of environments) {
      console.log(`${config.environment}: prefix lists by their names; ids are outputs of the stack Link`);
      for (const { list, direction, port, mainland, services } of ownerRules(config)) {
        const whom = services.map(({ prefix, owner, ticket }) => `${prefix} (${owner}, ${ticket})`).join(', ');
        console.log(
          `  ${direction} TCP ${port} ${direction === 'egress' ? 'to' : 'from'} harbourline-${config.environment}-mainland-${list} (${mainland.join(', ')}): ${whom}`,
        );
      }
    }
    return 0;
  }
  throw new Error(`There is no question "${positionals.join(' ')}".\n\n${help}`);
});
