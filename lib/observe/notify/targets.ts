/**
 * Systems that notify people, each as one HTTP request. Signatures and shapes as each vendor's documentation says; nothing is
 * sent but the message.
 */
import { createHmac } from 'node:crypto';
import type { Message } from './message';

/** Kinds of targets. */
const targetKinds = ['https', 'pagerDuty', 'opsgenie', 'slack', 'feishu', 'dingTalk', 'weCom'] as const;
export type TargetKind = (typeof targetKinds)[number];

/**
 * What a target's secret holds, as JSON: `url` of a webhook, `secret` that signs for it; `key` of PagerDuty (routing key) or
 * Opsgenie (API key), and `url` where it is not their usual one.
 */
export interface TargetSecret {
  readonly url?: string;
  readonly secret?: string;
  readonly key?: string;
}

export interface TargetRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const hmac = (key: string, text: string, encoding: 'base64' | 'hex'): string =>
  createHmac('sha256', key).update(text).digest(encoding);

const plain = ({ title, text, links }: Message): string =>
  [title, '', text, '', ...links.map(({ label, url }) => `${label}: ${url}`)].join('\n');
const markdown = ({ title, text, links }: Message): string =>
  [
    `**${title}**`,
    '',
    text.replaceAll('\n', '\n\n'),
    '',
    links.map(({ label, url }) => `[${label}](${url})`).join(' · '),
  ].join('\n');

/** @throws Error that names what the secret lacks */
function needed(kind: TargetKind, secret: TargetSecret, ...names: (keyof TargetSecret)[]): void {
  const missing = names.filter((name) => !secret[name]);
  if (missing.length > 0) {
    throw new Error(`The secret of a target of kind ${kind} has no ${missing.join(' and no ')}: put it there as JSON.`);
  }
}

/**
 * The request that tells a target of a message.
 *
 * @param now milliseconds since 1970: some sign it, and refuse what is older than an hour
 */
export function requestFor(kind: TargetKind, secret: TargetSecret, message: Message, now: number): TargetRequest {
  const json = (url: string, body: object, headers: Record<string, string> = {}): TargetRequest => ({
    url,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  });
  switch (kind) {
    case 'https': {
      needed(kind, secret, 'url', 'secret');
      const request = json(secret.url ?? '', message);
      const timestamp = `${now}`;
      return {
        ...request,
        headers: {
          ...request.headers,
          'x-harbourline-timestamp': timestamp,
          'x-harbourline-signature': `sha256=${hmac(secret.secret ?? '', `${timestamp}.${request.body}`, 'hex')}`,
        },
      };
    }
    // https://developer.pagerduty.com/docs/events-api-v2-overview
    case 'pagerDuty':
      needed(kind, secret, 'key');
      return json(secret.url ?? 'https://events.pagerduty.com/v2/enqueue', {
        routing_key: secret.key,
        event_action: message.state === 'is over' ? 'resolve' : 'trigger',
        dedup_key: message.id,
        payload: {
          summary: message.title.slice(0, 1024),
          source: `harbourline-${message.environment}`,
          severity: message.severity === 'page' ? 'critical' : 'warning',
          custom_details: { text: message.text },
        },
        links: message.links.map(({ label, url }) => ({ href: url, text: label })),
      });
    // https://docs.opsgenie.com/docs/alert-api
    case 'opsgenie': {
      needed(kind, secret, 'key');
      const base = secret.url ?? 'https://api.opsgenie.com/v2/alerts';
      const headers = { authorization: `GenieKey ${secret.key}` };
      if (message.state === 'is over') {
        return json(
          `${base}/${encodeURIComponent(message.id)}/close?identifierType=alias`,
          { source: 'harbourline' },
          headers,
        );
      }
      return json(
        base,
        {
          message: message.title.slice(0, 130),
          alias: message.id,
          description: plain(message),
          priority: message.severity === 'page' ? 'P1' : 'P3',
          source: 'harbourline',
        },
        headers,
      );
    }
    // https://api.slack.com/messaging/webhooks
    case 'slack':
      needed(kind, secret, 'url');
      return json(secret.url ?? '', { text: plain(message) });
    // https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: the key is what is signed elsewhere
    case 'feishu': {
      needed(kind, secret, 'url', 'secret');
      const timestamp = `${Math.floor(now / 1000)}`;
      return json(secret.url ?? '', {
        timestamp,
        sign: hmac(`${timestamp}\n${secret.secret}`, '', 'base64'),
        msg_type: 'text',
        content: { text: plain(message) },
      });
    }
    // https://open.dingtalk.com/document/orgapp/customize-robot-security-settings
    case 'dingTalk': {
      needed(kind, secret, 'url', 'secret');
      const sign = encodeURIComponent(hmac(secret.secret ?? '', `${now}\n${secret.secret}`, 'base64'));
      return json(`${secret.url}&timestamp=${now}&sign=${sign}`, {
        msgtype: 'markdown',
        markdown: { title: message.title, text: markdown(message) },
      });
    }
    // https://developer.work.weixin.qq.com/document/path/91770: 4,096 bytes at most; the key is in the URL
    case 'weCom':
      needed(kind, secret, 'url');
      return json(secret.url ?? '', { msgtype: 'markdown', markdown: { content: cut(markdown(message), 4096) } });
  }
}

/** As much of a text as fits into so many bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  let length = text.length;
  while (Buffer.byteLength(text.slice(0, length)) > bytes)
    length -= Math.max(1, Math.floor((Buffer.byteLength(text.slice(0, length)) - bytes) / 4));
  return text.slice(0, length);
}

/** Why an answer is a refusal, where it is: some answer 200 and say so in the body. */
export function refusal(kind: TargetKind, status: number, body: string): string | undefined {
  if (status < 200 || status >= 300) return `answers ${status}: ${body.slice(0, 200)}`;
  if (!['feishu', 'dingTalk', 'weCom'].includes(kind)) return undefined;
  const { code = 0, errcode = 0, msg, errmsg } = JSON.parse(body || '{}') as Record<string, never>;
  return code !== 0 || errcode !== 0 ? `answers ${code || errcode}: ${msg ?? errmsg}` : undefined;
}
