/** Names of services that cross as they are: reviewed, and still no number of anybody. */
import { must, type Rule } from '../rule';
import { linkRule } from './shared';

/** What all other services are called; see `otherServices` of lib/collector/relay.ts. */
const others = 'other';

/** Digits that a name may have altogether: a version has few, a birthday has six or more. */
const mostDigits = 5;

/** Characters of all names together: they stand in the user data of relays, of which EC2 takes 16 KiB. */
const mostCharacters = 5_000;

export const serviceRules: readonly Rule[] = [
  linkRule(['link.services'], ({ services }) => [
    ...services.flatMap((name, index) => {
      const path = `link.services[${index}]`;
      const digits = name.replace(/\D/g, '').length;
      return [
        ...must(
          'HL-LINK-075',
          name !== others,
          path,
          name,
          'All services that are not listed cross by this name: nobody could tell it from them.',
          'Give the service another name.',
        ),
        ...must(
          'HL-LINK-076',
          !name.startsWith('unknown_service'),
          path,
          name,
          'It is what OpenTelemetry calls a service that has no name (resource conventions): any program could have it.',
          'Set service.name in the service.',
        ),
        ...must(
          'HL-LINK-078',
          digits <= mostDigits && !/[0-9a-f]{16}/i.test(name),
          path,
          name,
          digits > mostDigits
            ? `It has ${digits} digits, as a birthday, a telephone or an identity number has: a name that crosses is nobody's.`
            : 'It has 16 hexadecimal digits, as an id has: the relay takes such a name for one, and drops it.',
          'List the service by a name without it.',
        ),
      ];
    }),
    ...must(
      'HL-LINK-079',
      services.reduce((sum, name) => sum + name.replaceAll('.', '[.]').length + 1, 0) <= mostCharacters,
      'link.services',
      undefined,
      `The names have more than ${mostCharacters} characters together, which the user data of relays has no room for.`,
      'List those that somebody in the mainland looks at.',
    ),
  ]),
];
