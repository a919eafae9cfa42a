/**
 * `npm run allowlist -- why ADDRESS:PORT`       which line admits it, or why nothing does
 * `npm run allowlist -- check --date YYYY-MM-DD`  which lines end soon or have ended
 * `npm run allowlist -- rules`                  what owners of services put into their security groups
 */
import { parseArgs } from 'node:util';
import { isDate, relaySource } from '../config/allowlist';
import { addressProblem } from '../config/cidr';
import { type Coded, coded, misused, Refusal, refused } from '../config/refused';
import { environmentsNamed } from '../harness/stages';
import { warningDays } from '../lib/contract/alarms';
import { linked } from '../lib/contract/link-parameters';
import { namesOf } from '../lib/contract/names';
import { ownerRules } from '../lib/contract/owner-rules';
import { ending, why } from '../lib/link/allowlist-questions';
import { command, nothingMore } from './command';
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
function typed(what: string, text: string): Coded[] {
  const problem = addressProblem(text);
  return problem ? [coded('HL-ALLOWLIST-003', `${what} ${text}: ${problem.why} ${problem.fix}`)] : [];
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
  const environments = environmentsNamed(values.env)
    .filter(({ link }) => values.env || link)
    .map(linked);
  nothingMore('One question', more);

  if (question === 'why') {
    const [, address, port] = /^([^:\s]+):(\S+)$/.exec(target ?? '') ?? [];
    if (target?.includes('[') || target?.includes('::'))
      throw refused('HL-ALLOWLIST-001', `${target}: the link is IPv4 only. Use an address such as 10.20.8.10:4318.`);
    if (!address || !port)
      throw misused('HL-ALLOWLIST-002', 'why is about an address and a port: add them, such as 10.20.8.10:4318.');
    const wrong = [
      ...typed('The address', address),
      ...(values.from === undefined || values.from === relaySource ? [] : typed('--from', values.from)),
      ...(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535
        ? []
        : [coded('HL-ALLOWLIST-004', `${port} is not a TCP port: use one from 1 to 65535, without zeros before it.`)]),
    ];
    if (wrong.length > 0) throw new Refusal(wrong);
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
    if (!isDate(values.date ?? ''))
      throw refused('HL-ALLOWLIST-005', `check is about a day: add --date YYYY-MM-DD. Today is: date +%F`);
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
          `  ${direction} TCP ${port} ${direction === 'egress' ? 'to' : 'from'} ${namesOf(config).system}-mainland-${list} (${mainland.join(', ')}): ${whom}`,
        );
      }
    }
    return 0;
  }
  throw misused('HL-ALLOWLIST-006', `${positionals.join(' ') || 'Nothing'} is no question: use why, check or rules.`);
});
