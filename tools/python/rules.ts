/** What the Python package redacts by, from the list that the collectors use. A test compares the two. */
import { join } from 'node:path';
import { mask, sensitiveKeys } from '../../config/redaction';
import { knownNamespaces } from '../../lib/collector/blocks/redaction';

export const rulesFile = join(__dirname, '..', '..', 'python/harbourline-otel/src/harbourline_otel/rules.json');

export const rules = (): string => `${JSON.stringify({ sensitiveKeys, knownNamespaces, mask }, null, 2)}\n`;
