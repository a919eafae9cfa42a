"""Values that statements and texts of errors carry, in the forms that libraries write."""

import traceback

import pytest

from harbourline_otel import texts
from harbourline_otel.keys import is_sensitive

secret = "hunter2"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("SELECT 1 FROM t WHERE a = 'hunter2'", "SELECT ? FROM t WHERE a = ?"),
        ("WHERE a = 'it''s hunter2' AND b = 'x'", "WHERE a = ? AND b = ?"),
        ("WHERE a = $$hunter2$$ AND b", "WHERE a = ? AND b"),
        ("WHERE a = $q$it's hunter2$q$ AND b", "WHERE a = ? AND b"),
        ("WHERE a = $q$hunter2", "WHERE a = ?"),
        (r"WHERE a = E'it\'s hunter2' AND b", "WHERE a = ? AND b"),
        (r"WHERE a = 'C:\' AND b = 'hunter2'", "WHERE a = ?"),
        (r"WHERE a = 'it\'s hunter2' AND b = 'hunter2'", "WHERE a = ?"),
        ("WHERE a = N'hunter2' AND b = X'CAFE' AND c = 0xCAFE", "WHERE a = ? AND b = ? AND c = ?"),
        ("SELECT a -- hunter2\nFROM t", "SELECT a  \nFROM t"),
        ("SELECT a #hunter2\nFROM t", "SELECT a  \nFROM t"),
        ("SELECT /* hunter2 */ a FROM t", "SELECT   a FROM t"),
        ("SELECT a /* hunter2", "SELECT a  "),
        ('WHERE a = "hunter2"', "WHERE a = ?"),
        ('INSERT INTO "t" VALUES ("hunter2", "x")', 'INSERT INTO "t" VALUES (?, ?)'),
        ("WHERE a = 'hunter2", "WHERE a = ?"),
        ('WHERE a = "hunter2', "WHERE a = ?"),
        ("WHERE a = -1.5e10 AND t1.b2 = $1", "WHERE a = ? AND t1.b2 = $1"),
        ("WHERE a = %s AND b = :b AND c = ?", "WHERE a = %s AND b = :b AND c = ?"),
        ("SELECT `a1` FROM `t2`", "SELECT `a1` FROM `t2`"),
    ],
)
def test_statements_lose_their_values(text: str, left: str) -> None:
    assert texts.statement(text) == left


def test_double_quotes_hold_names_where_the_system_says_so() -> None:
    text = 'SELECT "payment"."id" FROM "payment" WHERE "payment"."card" = %s'
    assert texts.statement(text, "postgresql") == text
    assert secret not in texts.statement('WHERE name = "hunter2', "postgresql")
    # There it is an operator.
    assert texts.statement("SELECT a # 'hunter2'", "postgresql") == "SELECT a # ?"
    assert secret not in texts.statement('WHERE name = "hunter2"', "mysql")


@pytest.mark.parametrize(
    "text",
    [
        'null value in column "b"\nDETAIL:  Failing row contains (1, hunter2, null).',
        "violates check\nDETAIL:  Failing row contains (1, a\n) hunter2\n(, null).",
        'syntax error at or near "hunter2"\nLINE 1: SELECT hunter2 FROM\n               ^',
        "DETAIL:  Key (email, name)=(a@b.c, x\nhunter2) already exists.",
        "DETAIL:  Key (lower(email))=(hunter2)) already exists.",
        "DETAIL:  Key (email)=(hunt) hunter2) is not present in table",
        "DETAIL:  Key (email)=(hunter2",
        'invalid input syntax for type integer: "hunter2"',
        'invalid input value for enum mood: "hunter2"',
        "(1062, \"Duplicate entry 'hunter2' for key 'users.email'\")",
        "(1062, \"Duplicate entry 'it's hunter2' for key 'users.email'\")",
        "(1366, \"Incorrect integer value: 'hunter2' for column 'a' at row 1\")",
        "(1292, \"Truncated incorrect DOUBLE value: 'hunter2'\")",
        "You have an error in your SQL syntax to use near 'hunter2' at line 1",
        "HTTPConnectionPool(host='x', port=80): Max retries exceeded with url: /x?token=hunter2 (C",
        "Max retries exceeded with url: /x?name=hunter2&a=b (Caused by",
        "503 for url: https://user:hunter2@example.com/",
        "(psycopg.Error) no\n[SQL: INSERT INTO t VALUES ('hunter2')]\n[parameters: ('a',)]",
        "no\n[SQL: INSERT INTO t VALUES (%(a)s)]\n[parameters: {'a': 'x]y', 'b': 'hunter2'}]",
        "no [SQL: SELECT 'hunter2",
        "1 validation error for P\nage\n  must be [type=int_parsing, input_value='hunter2', "
        "input_type=str]",
        "input_value={'a': 'hunter2', 'b': [1, ...], input_type=dict]",
        "input_value='hunter2",
        "[{'type': 'missing', 'loc': ('a',), 'msg': 'Field', 'input': {'b': 'hunter2'}}]",
        "login(user='chan', password='hunter2')",
        "host=db user=pay password=hunter2 dbname=pay",
        '{"client_secret": "hunter2", "a": 1}',
        "Authorization: Bearer hunter2",
        "user=chan&apiKey=hunter2",
        "cvv2: hunter2",
        'COPY payments, line 1, column email: "hunter2"',
        "CONTEXT:  unnamed portal with parameters: $1 = 'hunter2', $2 = '3'",
        'DETAIL:  Token "x" is invalid.\nCONTEXT:  JSON data, line 1: hunter2',
        "Key (during)=(a) conflicts with existing key (during)=(hunter2).",
        'column "hunter2" does not exist',
        'password authentication failed for user "hunter2"',
        "invalid input for query argument $1: {'name': 'hunter2'} (expected str, got dict)",
        "CONTEXT:  SQL statement \"INSERT INTO audit VALUES ('hunter2')\"",
        "Partition key of the failing row contains (email) = (hunter2).",
        "(1054, \"Unknown column 'hunter2' in 'where clause'\")",
        "(1300, \"Invalid utf8mb4 character string: 'hunter2'\")",
        '(1526, "Table has no partition for value hunter2")',
        "(1045, \"Access denied for user 'hunter2'@'10.0.0.1' (using password: YES)\")",
        "Max retries exceeded with url: /customers;name=hunter2 (Caused by X)",
        "Invalid URL 'hunter2': No scheme supplied. Perhaps you meant https://hunter2?",
        "Value error, no customer hunter2 [type=value_error, input_value=1, input_type=int]",
        "'input': {'a': {'c': 'x'}, 'd': 'hunter2'}}]",
        '{"detail":[{"type":"int_parsing","loc":["body","a"],"msg":"m","input":"hunter2"}]}',
        "unknown command 'hunter2', with args beginning with: 'hunter2' 'x'",
        "Command # 1 (SET session:hunter2 hunter2) of pipeline caused error: x",
        "Invalid type for parameter Item.a, value: hunter2, type: <class 'str'>, valid types: x",
        '\tdetails = "customer hunter2 unknown"\n\tdebug_error_string = "UNKNOWN:Error '
        '{grpc_message:"customer hunter2 unknown", grpc_status:5}"\n>',
        "Task pay with args ('hunter2',) raised",
        '描述:  键值"(email)=(hunter2)" 已经存在',
        "DETAIL:  Schlüssel »(email)=(hunter2)« existiert bereits.",
        "描述:  失败, 行包含(1, hunter2, null).",
        "第1行insert into t values (hunter2)",
        "客户'hunter2'不存在",
        '客户"hunter2"不存在',
        "客户“hunter2”不存在",
        "客戶「hunter2」不存在",
        "密码：hunter2",
        "invalid input for query argument $1: hunter2 (value out of int32 range)",
        "no such column: hunter2",
        "dup key: { card: hunter2 }, full error: {'keyValue': {'card': hunter2}}",
        "Invalid document {'a': hunter2} | cannot encode object: hunter2, of type: <class 'x'>",
        "hunter2 is not of type 'string'\n\nFailed validating 'type' in schema:\n    {'type': "
        "'string'}\n\nOn instance['card']:\n    hunter2",
        "unknown command `hunter2`, with args beginning with: `hunter2`, ",
        "Illegal header value b'Basic hunter2'",
        "Authorization: Token hunter2",
        'Authorization: Digest username="x", response=hunter2',
        "password=a,hunter2",
        "postgresql://user:p@hunter2@db/payments",
        "Could not read -----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
        "Unknown string format: hunter2",
        "Value hunter2 for parameter QueueUrl is invalid",
        "[type=int_parsing, input_value='a, input_type=b hunter2', input_type=str]",
        "invalid literal for int() with base 10: 'hunter2'",
        "time data 'it''s hunter2' does not match format '%Y'",
        "no customer 'hunter2",
        "login failed: password=hunter2",
        "payload: {password: hunter2}",
        "metadata: authorization=Bearer hunter2",
        "message='with password: hunter2'",
        "form: name=hunter2&age=4",
        "baggage: customer=hunter2,a=1",
        "https://example.com/cb#access_token=hunter2",
        "DRIVER={ODBC};UID=sa;PWD={a;hunter2}",
        "jdbc:oracle:thin:scott/hunter2@//db:1521/x",
        "ORA-20001: customer hunter2 not found\nORA-06512: at line 3",
        "1644 (45000): customer hunter2 is blocked",
        "Arithmetic overflow error for data type int, value = hunter2.",
        "Cannot create field 'b' in element {a: hunter2}",
        "NOPERM User hunter2 has no permissions to run the 'get' command",
        "Failed to parse query [hunter2]",
        "[hunter2]: version conflict, document already exists (current version [1])",
        "<RequestsCookieJar[<Cookie sid=hunter2 for example.com/>]>",
        "Conflict of <Customer: hunter2 (a)> with another",
        "The full contents of the message body was:\n[hunter2]",
        "invalid token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2",
        "AWS4-HMAC-SHA256 Credential=A/x, SignedHeaders=h, Signature=hunter2",
        "got Bearer hunter2",
        "Incorrect API key provided: sk-hunter2. You can find",
        "mysql --password hunter2 -e x",
        "mysqldump -u root -phunter2",
        "curl -u a:hunter2 https://x",
        "user chan.hunter2@example.com is taken",
    ],
)
def test_texts_of_errors_lose_their_values(text: str) -> None:
    assert secret not in texts.message(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "card 4111 1111 1111 1111 expired",
        "卡号4111111111111111无效",
        "no customer 11010519491231002X.",
        "(value 4111-1111-1111-1111)",
    ],
)
def test_long_numbers_go(text: str) -> None:
    assert "1111" not in texts.message(text) and "110105" not in texts.message(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Pa55w0rd", "login: password Pa55w0rd rejected for lau"),
        ("Pa55w0rd", "the passphrase was Pa55w0rd, please change it"),
        ("Pa55w0rd", "Authentication (password) failed for root with password Pa55w0rd"),
        ("Pa55w0rd", "<Login><User>lau</User><wsse:Password Type='x'>Pa55w0rd</wsse:Password>"),
        ("Pa55w0rd", '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nPa55w0rd\r\n--b--'),
        ("Pa55w0rd", "body was user%3Dlau%26password%3DPa55w0rd%26x"),
        ("Pa55w0rd", "body was user%253Dlau%2526password%253DPa55w0rd"),
        ("Pa55w0rd", "- name: DB_PASSWORD\n  value: Pa55w0rd\n"),
        ("Pa55w0rd", 'fields { key: "api_key" value { string_value: "Pa55w0rd" } }'),
        ("Pa55w0rd", ".pgpass line 3: db-1:5432:kyc:svc_kyc:Pa55w0rd"),
        ("Pa55w0rd", "+ htpasswd -b -c /etc/nginx/.htpasswd lau Pa55w0rd"),
        ("Pa55w0rd", "$ wpa_passphrase branch Pa55w0rd"),
        ("Pa55w0rd", "smtp login failed user=a pass=Pa55w0rd"),
        ("Pa55w0rd", "ansible_become_pass: Pa55w0rd"),
        ("Pa55w0rd", "docker login -u k -p Pa55w0rd reg"),
        ("Pa55w0rd", "WRONGPASS: AUTH kyc Pa55w0rd failed"),
        ("H20918374", "Passport No: H20918374"),
        ("Mak Ka", 'Invalid STRING constant (Mak Ka) for "age" of type int'),
        ("TGT-2-9s", "got TGC=TGT-2-9s from browser"),
        ("eyJw", "payload eyJwYXNzd29yZCI6IlBhNTV3MHJkIn0="),
        ("bGF1", "(535, b'5.7.8 Error: AUTH PLAIN bGF1OnNlY3JldA== failed')"),
        ("9a1b2c", "rotate dek=9a1b2c3d"),
        ("551903", "OTP 551903 expired"),
        ("482910", "短信验证码482910错误"),
        ("12345698765432", "refused GB82WEST12345698765432"),
        ("0044 0532", "refund to DE89 3704 0044 0532 0130 00 returned"),
        ("2088102177846883", "seller 2088102177846883 not contracted"),
        ("LAU", "MT103 :50K:/01\nLAU WING\n:59:/98765"),
        ("Lau", "<Dbtr><Nm>Lau Wing</Nm></Dbtr>"),
        ("00491234", "<CdtrAcct><Id><Othr><Id>00491234</Id></Othr></Id></CdtrAcct>"),
        ("912345678901", "account no. 912345678901 is closed"),
        ("012-345-6-789012", "from 012-345-6-789012 to own"),
        ("668243", "HKID C668243(8) has an account"),
        ("EB1827364", "护照号 EB1827364 无效"),
        ("6481 2093", "sms to 6481 2093 failed"),
        ("51827364", "聯絡電話51827364無人接聽"),
        ("13918273645", "用户13918273645未注册"),
        ("9175", "declined: 4532 1886 5203 9175 05"),
        ("7890 122", "6217 0012 3456 7890 122 failed"),
        ("0571-88886666", "固话 0571-88886666"),
    ],
)
def test_secrets_and_what_names_a_person_go(value: str, text: str) -> None:
    assert value in text and value not in texts.message(text)


@pytest.mark.parametrize(
    "text",
    [
        "order 2026113000018273, snowflake 1863429385726394368, EAN 4891028164395",
        "ISBN 978-962-996-123-4 of ORD-20261123-000123",
        "AWS account 123456789012 is not authorised",
        "arn:aws:iam::123456789012:role/kyc",
        "GB82WEST12345698765433 has a wrong check digit",
        "pin: GPIO12 is busy",
        "pin 17 set high",
        "PWD=/srv/app",
        "pass=12 fail=0, pass: stage done",
        "docker run -p 8080:80",
        "AUTH SCRAM-SHA-256 failed",
        "password: required",
        "htpasswd: file not found",
        "password hashing took 182ms",
        "token refresh took 12ms",
        "cookie_banner=shown",
        "Authorization: required",
        '<Amt Ccy="HKD">12.50</Amt>',
        "retried with ?state=HK",
        "host:8080:web:blue:green",
        "at 10:59:12",
        "INSERT INTO t (a, b) VALUES (?, ?)",
        "[Errno 111] Connect call failed ('10.4.0.9', 5432)",
        "(2013, 'Lost connection to MySQL server during query')",
        "unexpected token '<' at line 1",
        'Token is missing the "exp" claim',
        "503, message='Service Unavailable', url=URL('http://quote:8080/v1/rates')",
    ],
)
def test_what_looks_alike_stays(text: str) -> None:
    assert texts.message(text) == text


def test_shorter_numbers_stay() -> None:
    text = "2026-01-02 10:00:00 10.0.0.1:5432 took 1234567890 of 12345.678901234567 at 0x7f001122"
    assert texts.message(text) == text


def test_what_says_what_is_wrong_stays() -> None:
    text = "(psycopg.errors.UniqueViolation) duplicate key\n[SQL: INSERT INTO t VALUES (%s)]"
    assert texts.message(text) == text
    kept = texts.message("Key (email)=(hunter2) already exists. [SQL: SELECT 'hunter2' FROM t]")
    assert kept == "Key (email)=(****) already exists. [SQL: SELECT ? FROM t]"


@pytest.mark.parametrize(
    "text",
    [
        "connection to 10.0.0.1:5432 refused",
        "'NoneType' object has no attribute 'amount'",
        "No module named 'foo'",
        "cannot import name 'x' from 'y' (/srv/y.py)",
        "f() got an unexpected keyword argument 'x'",
        'duplicate key value violates unique constraint "payments_pkey"',
        'relation "payments" does not exist',
        "Client error '404 Not Found' for url 'https://example.com/payments'",
        "can't connect, don't know why",
        "lodash@4.17.21 from git@github and org.example.pay@1.2.3.RELEASE",
        "exit --verbose now: <Response [404]> of <StatusCode.OK> (code: 5)",
        "HTTPConnectionPool(host='x', port=80): Max retries exceeded with url: /x (Caused by "
        "NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f>: refused'))",
    ],
)
def test_names_stay(text: str) -> None:
    assert texts.message(text) == text


def test_of_a_stack_trace_frames_and_types_stay() -> None:
    try:
        try:
            {}["hunter2"]
        except KeyError as error:
            raise ValueError("hunter2\nanother line\n  File 'hunter2'") from error
    except ValueError:
        text = traceback.format_exc()
    left = texts.frames(text)
    assert "hunter2" not in left and "another" not in left
    assert left.count("Traceback (most recent call last):") == 2
    assert "KeyError: ****" in left and "ValueError: ****" in left
    assert "The above exception was the direct cause" in left
    assert left.count("test_of_a_stack_trace_frames_and_types_stay") == 2


def test_of_a_status_the_type_stays() -> None:
    assert texts.kind_of("requests.exceptions.ConnectionError: hunter2") == (
        "requests.exceptions.ConnectionError: ****"
    )
    assert texts.kind_of("hunter2") == "****"


@pytest.mark.parametrize(
    "key",
    "password userPassword user.pwd DB_PASSWORD card.cvc cvc2 cvv2 card_pin pinBlock track2 "
    "track2Data track_data trackData cardNumber card.number cardNo pan payment.pan accessKey "
    "privateKey client_secret clientSecret accessToken http.request.header.x_api_key apiKey "
    "sessionCookie credentials iban accountNumber passphrase PANs card.PINs ｐassword "
    "magStripe kms.dek zmk taxId appKey travelDocNo session.sid "
    "track_1 track1data track-2-data emvData 登录口令 短信验证码 證件號碼".split(),
)
def test_keys_that_look_secret(key: str) -> None:
    assert is_sensitive(key)


@pytest.mark.parametrize(
    "key",
    "http.route payment.id spinning pinned.version shipping.state company.id panel "
    "gen_ai.usage.input_tokens tracking.number monkey keyboard tracked server.address "
    "pan_zoom secretSanta "
    "cookie_banner credentialSource password.reset.url sidecar deck "
    "messaging.kafka.message.key db.collection.name expand".split(),
)
def test_keys_that_do_not(key: str) -> None:
    assert not is_sensitive(key)


@pytest.mark.parametrize(
    ("system", "text"),
    [
        ("oracle", "select q'[hunter2]' from dual"),
        ("oracle", "select nq'{it's hunter2}' from dual"),
        ("postgresql", "SELECT /* /* nested */ hunter2 */ 1"),
        ("redis", "SET key hunter2\nGET hunter2"),
        ("postgresql", "SELECT 1; COPY p (n) FROM stdin;\nhunter2\tx\n"),
        ("oracle", "SELECT 1; ALTER USER a IDENTIFIED BY hunter2"),
        ("oracle", 'SELECT 1; ALTER USER a IDENTIFIED BY "hunter2"'),
        ("oracle", "SELECT q'#it's hunter2#' FROM dual"),
        ("clickhouse", "SELECT 1; INSERT INTO t FORMAT CSV 1,hunter2"),
        ("memcached", "set key hunter2\nget hunter2"),
    ],
)
def test_rarer_literals_go(system: str, text: str) -> None:
    assert "hunter2" not in texts.statement(text, system)
    assert texts.statement(text, system).lower().startswith(("select", "set ? ?\nget ?"))


@pytest.mark.parametrize(
    "text",
    [
        "Violation of UNIQUE KEY constraint 'UQ'. The duplicate key value is (hunter2, (a)).",
        "ORA-03301: row with column values (ID:hunter2) already exists",
        "Sec-WebSocket-Protocol: bearer, hunter2",
        "line 1, column 20:\n    password: secret: hunter2\n                    ^",
        "400 for request with Cookie: a=b; session=hunter2; c=d",
    ],
)
def test_rarer_messages_go(text: str) -> None:
    assert "hunter2" not in texts.message(text)


@pytest.mark.parametrize(
    "part",
    [
        *("a=", "a={", "a.", "a@", "aa:'", "a/", "a=b?", "--aa ", "$1", "constant (", "\n"),
        "Content-Disposition: form-data;\n",
    ],
)
def test_long_texts_take_no_longer_than_they_are(part: str) -> None:
    """No part of a text is looked at again for each one before it: this would take minutes."""
    texts.message(part * 10_000)
    assert texts.pairs(part * 10_000) == part * 10_000
