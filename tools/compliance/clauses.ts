/**
 * Clauses of regulators and standards, and which of our controls answers each. Only what was read in a source that can be cited:
 * `text` where the words were read, `heading` where only the title was. What was not read, and what nothing here answers, is a
 * gap. Nothing here is legal advice, and nothing a certificate.
 */
import type { owners } from '../../lib/compliance/owners';

interface Clause {
  readonly id: string;
  readonly title: string;
  /** Names of `controls`. */
  readonly by: readonly string[];
}

export interface Framework {
  readonly name: string;
  readonly source: string;
  readonly read: 'text' | 'heading';
  readonly clauses: readonly Clause[];
  /** What is not answered, or was not read. */
  readonly gaps: readonly string[];
}

/** The day on which the sources were read. */
export const readOn = '2026-11-29';

/** Who answers for a control, by the stack that carries it: its owner and day of review are in lib/compliance/owners.ts. */
export const stackOf: Readonly<Record<string, keyof typeof owners>> = {
  'TLS everywhere': 'Collect',
  'Encryption at rest': 'Store',
  'Least privilege': 'Store',
  'Allow-list': 'Link',
  Retention: 'Store',
  'Separation of environments': 'Network',
  'Aggregates only': 'Link',
  'Nothing sensitive is stored': 'Collect',
  'Every access leaves a trace': 'Network',
};

const nist = (id: string, title: string, ...by: string[]): Clause => ({ id, title, by });

export const frameworks: Readonly<Record<string, Framework>> = {
  'nist-800-53-r5': {
    name: 'NIST SP 800-53 Rev. 5',
    source:
      'https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final, ids as the rules of cdk-nag name them in their messages',
    read: 'heading',
    clauses: [
      nist('ac-3', 'Access Enforcement', 'Least privilege', 'Allow-list'),
      nist('ac-4', 'Information Flow Enforcement', 'Allow-list', 'Aggregates only'),
      nist('ac-6', 'Least Privilege', 'Least privilege'),
      nist('au-11', 'Audit Record Retention', 'Retention', 'Every access leaves a trace'),
      nist('au-12', 'Audit Record Generation', 'Every access leaves a trace'),
      nist('au-9', 'Protection of Audit Information', 'Encryption at rest', 'Every access leaves a trace'),
      nist('sc-7', 'Boundary Protection', 'Allow-list', 'Separation of environments'),
      nist('sc-8', 'Transmission Confidentiality and Integrity', 'TLS everywhere'),
      nist('sc-12', 'Cryptographic Key Establishment and Management', 'Encryption at rest', 'TLS everywhere'),
      nist('sc-13', 'Cryptographic Protection', 'TLS everywhere', 'Encryption at rest'),
      nist('sc-28', 'Protection of Information at Rest', 'Encryption at rest'),
      nist('si-12', 'Information Management and Retention', 'Retention', 'Nothing sensitive is stored'),
    ],
    gaps: [
      'Families AT, IR, MA, MP, PE, PL, PM, PS, RA, SA and SR are up to the organisation; nothing here answers them.',
      'CP (contingency): one region. A second is not offered; restoring from snapshots is in docs/operations.md and was not tried in AWS.',
    ],
  },
  'pci-dss-4': {
    name: 'PCI DSS 4.0.1',
    source:
      'https://www.pcisecuritystandards.org/document_library/; titles of requirements read in https://secframe.arnav.au/f/pci-dss/v4 (4.0)',
    read: 'heading',
    clauses: [
      {
        id: '1.3',
        title: 'Network access to and from the cardholder data environment is restricted',
        by: ['Allow-list'],
      },
      {
        id: '1.4',
        title: 'Network connections between trusted and untrusted networks are controlled',
        by: ['Allow-list', 'Aggregates only'],
      },
      {
        id: '3.2',
        title: 'Storage of account data is kept to a minimum',
        by: ['Nothing sensitive is stored', 'Retention'],
      },
      {
        id: '3.3',
        title: 'Sensitive authentication data is not stored after authorization',
        by: ['Nothing sensitive is stored'],
      },
      {
        id: '3.5',
        title: 'PAN is secured wherever it is stored',
        by: ['Nothing sensitive is stored', 'Encryption at rest'],
      },
      {
        id: '3.6',
        title: 'Cryptographic keys used to protect stored account data are secured',
        by: ['Encryption at rest'],
      },
      {
        id: '10.3',
        title: 'Audit logs are protected from destruction and unauthorized modifications',
        by: ['Every access leaves a trace', 'Encryption at rest'],
      },
      {
        id: '10.5',
        title: 'Audit log history is retained and available for analysis',
        by: ['Retention', 'Every access leaves a trace'],
      },
      {
        id: '10.7',
        title: 'Failures of critical security control systems are detected, reported, and responded to promptly',
        by: ['Every access leaves a trace'],
      },
    ],
    gaps: [
      'The text of 4.0.1 was not read: titles only, of 4.0. Whether each defined approach is met needs an assessor.',
      'The pack of cdk-nag judges 3.2.1, which ended on 2024-03-31; no pack of 4.0.1 is available.',
      '10.3: log groups have no object lock. An export to a bucket with object lock in another account is up to the organisation.',
    ],
  },
  'hkma-tm-g-1': {
    name: 'HKMA Supervisory Policy Manual TM-G-1, V.1, 24.06.03',
    source:
      'https://www.hkma.gov.hk/media/eng/doc/key-functions/banking-stability/supervisory-policy-manual/TM-G-1.pdf; structure read in https://www.scribd.com/document/690712679/TM-G-1',
    read: 'heading',
    clauses: [
      {
        id: '3.1',
        title: 'Information classification and protection',
        by: ['Nothing sensitive is stored', 'Encryption at rest', 'TLS everywhere'],
      },
      { id: '3.2', title: 'Authentication and access control', by: ['Least privilege'] },
      { id: '3.3', title: 'Security administration and monitoring', by: ['Every access leaves a trace'] },
      { id: '3.4', title: 'System security', by: ['Allow-list', 'Least privilege'] },
      {
        id: '6.2',
        title: 'Network security and certification',
        by: ['Allow-list', 'TLS everywhere', 'Separation of environments'],
      },
    ],
    gaps: [
      '4.3 Change management: change review, approved change sets and code owners are tools for it; who approves is up to the institution.',
      '5.4 Disaster recovery planning and 7.1 outsourcing (with SA-2): not answered here.',
    ],
  },
  'hkma-tm-e-1': {
    name: 'HKMA Supervisory Policy Manual TM-E-1, Risk Management of E-banking',
    source:
      'https://www.hkma.gov.hk/media/eng/doc/key-functions/banking-stability/supervisory-policy-manual/TM-E-1.pdf; structure of V.3, 24.10.19',
    read: 'heading',
    clauses: [
      {
        id: '5.1',
        title: 'Confidentiality and integrity of information',
        by: ['TLS everywhere', 'Encryption at rest', 'Nothing sensitive is stored'],
      },
    ],
    gaps: [
      'The version in force since 25 October 2024 was not read: clause numbers may differ.',
      '4 (customers), 6 and 7 (channels) do not concern tracing.',
    ],
  },
  'hkma-sa-2': {
    name: 'HKMA Supervisory Policy Manual SA-2 Outsourcing, V.1, 28.12.01',
    source:
      'https://studylib.net/doc/8241047/supervisory-policy-manual---hong-kong-monetary-authority, a copy of the module with its structure',
    read: 'heading',
    clauses: [
      {
        id: '2.5',
        title: 'Customer data confidentiality',
        by: ['Nothing sensitive is stored', 'Encryption at rest', 'Least privilege'],
      },
      { id: '2.8', title: 'Access to outsourced data', by: ['Every access leaves a trace', 'Retention'] },
    ],
    gaps: [
      '2.1 to 2.4 and 2.7 (accountability, risk assessment, service providers, agreement, contingency) are duties of the institution.',
      '2.6 Control over outsourced activities: change review and the audit logs are means; who looks is up to the institution.',
      '2.9 Overseas outsourcing: raw spans stay in the region of their environment; whether a region counts as overseas is for the institution to say.',
    ],
  },
  'hk-pdpo': {
    name: 'Personal Data (Privacy) Ordinance (Cap. 486), Hong Kong',
    source:
      'http://www.hklii.org/hk/legis/en/ord/486/sch1.html; section 26: PCPD, Guidance on Personal Data Erasure and Anonymisation',
    read: 'text',
    clauses: [
      {
        id: 'dpp-2.2',
        title: 'Personal data shall not be kept longer than is necessary for the fulfilment of the purpose',
        by: ['Retention'],
      },
      {
        id: 'dpp-3',
        title:
          'Personal data shall not, without the prescribed consent of the data subject, be used for another purpose',
        by: ['Nothing sensitive is stored', 'Aggregates only'],
      },
      {
        id: 'dpp-4',
        title: 'Practicable steps against unauthorized or accidental access, processing, erasure or other use',
        by: ['Least privilege', 'Encryption at rest', 'TLS everywhere', 'Every access leaves a trace'],
      },
      { id: 's-26', title: 'Erasure of personal data no longer required', by: ['Retention'] },
    ],
    gaps: [
      'DPP1, DPP5 and DPP6 (collection, openness, access by data subjects) are duties of the data user; a pseudonym is not found by a name.',
    ],
  },
  'cn-pipl': {
    name: 'Personal Information Protection Law of the PRC',
    source:
      'https://personalinformationprotectionlaw.com/PIPL/article-51/, an English translation; article 38 also in https://pipl.xllawconsulting.com',
    read: 'text',
    clauses: [
      {
        id: 'article-38',
        title:
          'Whoever provides personal information abroad meets one of four conditions: assessment, certification, standard contract, others by law',
        by: ['Aggregates only', 'Nothing sensitive is stored'],
      },
      {
        id: 'article-51-3',
        title: 'Technical security measures such as encryption and de-identification',
        by: ['Encryption at rest', 'TLS everywhere', 'Nothing sensitive is stored'],
      },
      {
        id: 'article-51-4',
        title: 'Authority to process personal information is determined reasonably',
        by: ['Least privilege', 'Every access leaves a trace'],
      },
    ],
    gaps: [
      'A translation is no law: counsel reads the Chinese text. None of the four conditions of article 38 is met by software; none is needed for what holds no personal information.',
      '51 (1), (2), (5), 52 to 56: management, classification, training, emergency plans, an officer, the impact assessment and its record for three years are duties of the processor.',
    ],
  },
  'mlps-3': {
    name: 'MLPS 2.0 level 3 (GB/T 22239-2019)',
    source:
      'https://www.alibabacloud.com/help/en/cloud-config/latest/classifiedprotectionprecheck, a check-list of a provider by the numbers of the standard',
    read: 'heading',
    clauses: [
      {
        id: '8.1.2.1',
        title: 'Network zones are planned, and addresses are assigned to each',
        by: ['Separation of environments', 'Allow-list'],
      },
    ],
    gaps: [
      'The standard itself was not read in a source that can be cited: of 8.1.4 (computing environment: access control, security audit, confidentiality of data, personal information) only titles were seen, without a publisher. No more than 8.1.2.1 is mapped.',
      '8.2 (cloud) is shared with the provider; filing and assessment are by the operator, with an assessor of the list.',
      'The mainland side holds aggregates only; whether it needs a level of its own is for the assessor to say.',
    ],
  },
};

/** Named by the people who asked, and not mapped: the reason stands beside each. */
export const notMapped: Readonly<Record<string, string>> = {
  'HKMA OR-2 (Operational Resilience)':
    'The module was not read in a source that can be cited; what consultants say of it (https://protiviti.com/hk-en/hong-kong-monetary-authority-guidance-operational-resilience-or2: mapping of what critical operations depend on, scenario tests, incidents, by 31 May 2026) names no clause. The service map, `npm run rehearse` and the durations of incidents are what an institution can use for it.',
  'HKMA C-RAF 2.0':
    'Its control principles are given to institutions; public pages name seven domains (https://secportal.io/frameworks/hkma-c-raf) and no principle that could be cited.',
  'Standard contract of the Greater Bay Area':
    'Its clauses were not read; the Privacy Commissioner describes its scope (https://pcpd.org.hk/english/news_events/newspaper/newspaper_202404.html). It is for personal information that flows; aggregates hold none (ADR 18), and raw spans do not flow.',
};
