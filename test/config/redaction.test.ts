import { readFileSync } from 'node:fs';
import { isSensitiveKey } from '../../config/redaction';
import { examplesOf, redactionList } from '../../config/redaction/source';
import { generated } from '../../tools/redaction/generated';

// Differs? Write it again: npm run redaction:generate
test.each([...generated()])('%s is made of the list as it is', (file, text) => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
});

test('each kind has examples, and those that are known by code have them both ways', () => {
  const bare = examplesOf(redactionList()).filter(({ masked, kept }) => masked.length === 0 || kept.length === 0);
  // Of attributes, not of texts: its tests are the processor's.
  expect(bare.map(({ kind }) => kind)).toEqual(['sensitive-key']);
});

test.each([
  'accessToken',
  'clientSecret',
  'userPassword',
  'cardNo',
  'cards.cardNumbers',
  'http.request.header.authorization',
  'X-API-Key',
  'DB_PASSWORD',
  'passwords',
  'refresh_tokens',
  'idCard',
  'messaging.message.body',
  'db.query.parameter.name',
  '用户密码',
  '登录口令',
  'access令牌',
  '短信验证码',
  '證件號碼',
  'card.PANs',
  'ｐａｓｓｗｏｒｄ',
  'magStripe',
  'magstripe_data',
  'track_1',
  'track1data',
  'track-2-data',
  'emvData',
  'openId',
  'verifyCode',
  'cvn2',
  'certNo',
  'sm4Key',
  'securityAnswer',
  'user_pw',
  '数据密钥',
  '_csrf',
  'csrfToken',
  'wifi_psk',
  'snmpCommunity',
  'requirepass',
  'signKey',
  'seed_phrase',
  'type_of_password',
  'card_number',
  'kms.dek',
  'hsm.zmk',
  'taxId',
  'wechat.appKey',
  'travelDocNo',
  'session.sid',
  'password.reset.token',
])('%s is a sensitive key', (key) => {
  expect(isSensitiveKey(key)).toBe(true);
});

test.each([
  'token_count',
  'next_page_token',
  'gen_ai.usage.input_tokens',
  'maxTokens',
  'tokenType',
  'spanning.tree',
  'company',
  'http.route',
  'password_policy',
  'messaging.message.body.size',
  'code.function.name',
  'token_endpoint',
  'tokenUrl',
  'authorization_server',
  'cookieName',
  'PRIVATE_KEY_PATH',
  'secretKeyRef',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'jwt.issuer',
  'signing_key_id',
  'openid_connect_provider',
  'password_hash_algorithm',
  'otp.sent',
  'pinAttempts',
  'cvv_result',
  'jwtExpiry',
  'captcha_required',
  'cookieSameSite',
  'csrf_check',
  'bankAccountType',
  'otpRetries',
  'cookie_banner',
  'credentialSource',
  'password.reset.url',
  'pin_map',
  'sidecar',
  'deck',
])('%s is none', (key) => {
  expect(isSensitiveKey(key)).toBe(false);
});

test('of numbers, tokens are a count of them', () => {
  expect(isSensitiveKey('tokens', true)).toBe(false);
  expect(isSensitiveKey('tokens')).toBe(true);
  expect(isSensitiveKey('pin', true)).toBe(true);
});
