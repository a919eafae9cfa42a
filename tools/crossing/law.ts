/** Which rules what crosses is held against, with what is cited of each. Nothing here is legal advice. */

/** A text of law, and the places in it that a record refers to. */
export interface Law {
  readonly short: string;
  readonly title: string;
  readonly says: readonly string[];
}

export const laws: readonly Law[] = [
  {
    short: 'PIPL',
    title: 'Personal Information Protection Law of the PRC, in force since 1 November 2021',
    says: [
      'Article 4: information that is anonymised is not personal information; Article 73(4): anonymised is what cannot be restored',
      'Article 38: ways in which personal information may be provided abroad; Article 39: notice and separate consent; Article 55: assessment of its impact',
    ],
  },
  {
    short: 'CAC 2024',
    title:
      'Provisions on Promoting and Regulating Cross-border Data Flows, Cyberspace Administration of China, 22 March 2024',
    says: [
      'Article 3: data of trade, transport, manufacturing and the like without personal information or important data needs no assessment, contract or certification',
      'Article 5: exemptions, among them what a contract with the person needs, such as a payment or a remittance across the border',
      'Articles 7 and 8: from which numbers of persons on an assessment or a standard contract is needed',
    ],
  },
  {
    short: 'GBA contract',
    title:
      'Standard Contract for Cross-boundary Flow of Personal Information within the Guangdong–Hong Kong–Macao Greater Bay Area (Mainland, Hong Kong), December 2023',
    says: ['for a sender and a receiver who are both registered there; what was received may not leave the area again'],
  },
  {
    short: 'PDPO',
    title: 'Personal Data (Privacy) Ordinance of Hong Kong, Cap. 486',
    says: [
      'Section 2: personal data relates to a living individual whose identity it is practicable to ascertain from it',
      'Section 33: transfers out of Hong Kong, not in force; Schedule 1, principles 3 (use) and 4 (security)',
    ],
  },
  {
    short: 'MIIT 2017',
    title: 'Notice of the Ministry of Industry and Information Technology [2017] No. 32',
    says: ['lines and VPNs across the border for business are leased from licensed operators'],
  },
];

/** A kind of data that crosses. */
export interface CrossingKind {
  readonly what: string;
  readonly direction: 'Hong Kong → mainland' | 'mainland → Hong Kong' | 'both ways';
  readonly holds: string;
  readonly basis: string;
  readonly owner: string;
}

export const kinds: readonly CrossingKind[] = [
  {
    what: 'Aggregates of calls',
    direction: 'Hong Kong → mainland',
    holds:
      'counts and histograms of groups, by the keys below; no group below `link.relay.minimumCalls` calls a minute, no exact least, most or sum of a group, no time finer than a minute',
    basis:
      'no personal data (PDPO, section 2) as long as no group points at a person; the PRC does not limit what comes in. Not raw: no span, trace id, span id or attribute of a call',
    owner: 'the owner of the line of the receiver',
  },
  {
    what: '`traceparent` of calls',
    direction: 'both ways',
    holds: 'a random trace id, a random span id and a flag (W3C Trace Context)',
    basis:
      'random, and of no use in the mainland, where no trace is stored; in Hong Kong it finds a trace, so whoever hands one over hands over a pointer to it (PDPO, principle 3)',
    owner: 'the owner of the line of the service that calls',
  },
  {
    what: 'Calls of services, with what they carry',
    direction: 'both ways',
    holds: 'what the services say to each other: Harbourline neither reads nor stores it on the way',
    basis:
      "the service's own, named with its line. Out of the mainland with personal information: PIPL, Articles 38, 39 and 55; CAC 2024, Article 5, where a contract with the person needs it; or the GBA contract",
    owner: 'the owner of each line',
  },
  {
    what: 'Spans of calls out of the mainland',
    direction: 'mainland → Hong Kong',
    holds:
      'what the service in Hong Kong records of a call that it got: times, status, its own attributes after redaction. The mainland sends no span',
    basis:
      'made in Hong Kong, of a call that crossed on its own basis; kept as all spans are (PDPO, principles 3 and 4)',
    owner: 'the owner of the service in Hong Kong',
  },
  {
    what: 'Probes of paths, and the continuity check',
    direction: 'Hong Kong → mainland',
    holds: 'TCP handshakes without content; a `traceparent` of nothing, once a minute',
    basis: 'no data of persons (CAC 2024, Article 3 for the answers)',
    owner: 'the owners of their lines',
  },
  {
    what: 'IKE, ESP and BGP',
    direction: 'both ways',
    holds: 'addresses of routers and prefixes of the allow-list',
    basis: 'no data of persons; the line itself by MIIT 2017',
    owner: "the network's owner on each side",
  },
];
