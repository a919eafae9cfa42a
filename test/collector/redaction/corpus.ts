/** What must be masked and what must not, by kind. Nobody's data: test ranges of issuers, reserved domains, made-up numbers. */

/** Kind → values as people and programs write them. Each stands alone here; the test puts it into sentences. */
export const positives: Readonly<Record<string, readonly string[]>> = {
  email: ['a.b@example.com', 'first.last+tag@mail.example.org', 'x_1%40example.com', 'UPPER@EXAMPLE.NET'],
  'mainland-identity-number': ['99000019800101200X', '990000198001011234', '99000019800101219x'],
  hkid: ['A123456(3)', 'AB987654(3)', 'A123456%283%29', 'A1234563'],
  'bank-card': [
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '5555555555554444',
    '2223003122003222',
    '6212345678901234569',
    '3530111333300000',
    '6011111111111117',
  ],
  'bank-card-amex': ['378282246310005', '3782 822463 10005', '371449635398431'],
  'mainland-mobile': ['13812345678', '+8613812345678', '+86 138 1234 5678', '138-1234-5678', '008613812345678'],
  'hong-kong-phone': ['+85291234567', '+852 9123 4567', '0085221234567', '%2B852 2123 4567'],
  'bearer-token': ['Bearer abcdef0123456789', 'bearer AbC.dEf-123_456=='],
  jwt: ['eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl'],
  'api-key': ['AKIAIOSFODNN7EXAMPLE', 'sk_test_4eC39HqLyjWDarjtT1zdp7dc', `ghp_${'a1B2'.repeat(9)}`],
};

/** What looks like data and is none: it must come through unchanged. */
export const negatives: readonly string[] = [
  'GET /orders/{id}',
  'https://orders.internal:8080/api/v1/orders',
  '4bf92f3577b34da6a3ce929d0e0e4736',
  '00f067aa0ba902b7',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  '2026-08-01T09:30:00.123456789Z',
  '2026-08-01 09:30:00,123',
  '1785576600123456789',
  '1785576600123',
  '550e8400-e29b-41d4-a716-446655440000',
  'A1234567',
  'B1234560',
  'a1234567',
  'HKD 1234567.89',
  '1,234,567.89',
  '12345678',
  '91234567',
  'order 20261124000001',
  '10.20.30.40',
  '2001:db8::1',
  'v1.2.3-beta.4',
  'SELECT * FROM orders WHERE id = ?',
  '订单已创建',
  'ratio ５０％',
  'caf%C3%A9 100%25',
  'users@inside',
  'bearer of bad news',
  'skip_this',
  'python-httpx/0.28.1',
  'application/json; charset=utf-8',
];

/** How values get changed on their way, by name. A mutation that changes nothing about a value is no case. */
export const mutations: Readonly<Record<string, (value: string) => string>> = {
  'full-width': (value) => value.replace(/[0-9A-Za-z()@]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  'URL-encoded': (value) => encodeURIComponent(value),
  'URL-encoded twice': (value) => encodeURIComponent(encodeURIComponent(value)),
  'dots for separators': (value) => value.replace(/(?<=\d)[ -](?=\d)/g, '.'),
  'in quotes': (value) => `"${value}"`,
  'after an underscore': (value) => `card_${value}`,
  'at the end of a path': (value) => `/customers/${value}/orders`,
};
