"""Takes values out of statements and of texts of errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from harbourline_otel.keys import MASK, is_sensitive

_POSTGRESQL = frozenset({"postgresql", "redshift", "cockroachdb", "oracle", "oracle.db", "db2"})
"""Systems in which double quotes hold names, never values."""

_LITERALS = r"""
    (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) HASH )
  | (?P<dollar> \$(?P<tag>[A-Za-z_]\w*|)\$ .*? (?:\$(?P=tag)\$|\Z) )
  | (?P<oracle> \b[NnQq]{1,2}'
        (?: (?<=[Qq]')(?P<mark>[^\w\s\[{(<']).*?(?:(?P=mark)'|\Z)
        | \[.*?(?:\]'|\Z) | \{.*?(?:\}'|\Z) | \(.*?(?:\)'|\Z) | <.*?(?:>'|\Z) ) )
  | (?P<string> (?: \b (?:[EeBbXxNnQq]|[Uu]&|_\w+) )? ' (?: [^'\\] | '' | \\. )* (?:'|\Z) )
  | (?P<double> " (?: [^"\\] | "" | \\. )* (?:"|\Z) )
  | (?P<name> `[^`]*(?:`|\Z) | \[[A-Za-z_][\w ]*\] )
  | (?P<number> (?<![\w$:%?.@])-?
        (?:0[xX][0-9A-Fa-f]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\b )
"""
_PLAIN_SQL, _SQL = (
    re.compile(_LITERALS.replace("HASH", hash_mark), re.VERBOSE | re.DOTALL)
    for hash_mark in ("", r"| \#(?![>-])[^\n]*")  # an operator of PostgreSQL, MySQL's comment
)
_BEFORE_NAME = re.compile(r"(?i)(?:\b(?:from|join|into|update|table|as|on|schema|index)\s*|\.)$")
_IDENTIFIER = re.compile(r'"[A-Za-z_][\w$]*"$')


def statement(text: str, system: str = "") -> str:
    """A statement without its values and comments.

    Args:
        text: SQL or similar; it may be cut off anywhere.
        system: ``db.system.name``, which says what double quotes mean.
    """
    if system.lower() in ("redis", "valkey", "memcached"):
        return "\n".join(re.sub(r"(?<=\s)\S+", "?", line) for line in text.split("\n"))
    if "'" not in text and '"' not in text and not _WORTH.search(text):
        return text
    text = _ROWS.sub(r"\1?", _IDENTIFIED.sub(r"\1?", text))
    names = system.lower() in _POSTGRESQL
    parts: list[str] = []
    end = 0
    for match in (_PLAIN_SQL if names else _SQL).finditer(text):
        kind, found = match.lastgroup, match[0]
        parts.append(text[end : match.start()])
        end = match.end()
        if match["comment"] is not None:
            parts.append(" ")
            if "/*" in found[2:]:  # PostgreSQL's may stand in each other: its end is not known
                end = len(text)
                break
        elif match["string"] is not None and _is_ambiguous(found):
            # Whether a backslash escapes a quote is the server's setting: where both readings
            # differ, what follows may be a value by one of them.
            parts.append("?")
            end = len(text)
            break
        elif kind == "name":
            parts.append(found)
        elif match["double"] is not None:
            named = names and found.endswith('"')
            placed = _IDENTIFIER.match(found) and (
                _BEFORE_NAME.search(text[max(0, match.start() - 12) : match.start()])
                or text[end : end + 1] == "."
            )
            parts.append(found if named or placed else "?")
        else:
            parts.append("?")
    parts.append(text[end:])
    return "".join(parts)


_WORTH = re.compile(r"[\d$#`]|--|/\*|stdin|identified|format", re.IGNORECASE)
_ROWS = re.compile(
    r"(\bfrom\s+stdin\b[^\n]{0,200}\n|\binsert\s+into\s[^'\"]{0,200}?\sformat\s+\w+\s).*",
    re.IGNORECASE | re.DOTALL,
)
"""What follows COPY, and ClickHouse's FORMAT."""
_IDENTIFIED = re.compile(
    r"(\bidentified\s+by\s+)(?!values\b)(?:\"[^\"]*\"?|[^\s'\"?:;%]+)", re.IGNORECASE
)
"""Oracle's passwords stand there bare, or as a name does."""


def _is_ambiguous(literal: str) -> bool:
    return "\\'" in literal and literal[:1] not in "Ee"


_KEY = re.compile(
    r"(?P<open>[\"']?)(?P<key>[^\W\d_][\w.-]{1,60})(?P=open)\s*(?:=>|[=:＝：])\s*", re.DOTALL
)
_VALUE = re.compile(
    r"\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'(?:[^'\\]|\\.)*(?:'|\Z)"
    r"|\{[^{}]*(?:\}|\Z)|\[[^\[\]]*(?:\]|\Z)"
    r"|(?:(?:[Bb]earer|[Bb]asic|[Tt]oken|[Dd]igest) )?(?:[^\s,;&)}\]]|,(?=\S)|(?<=:)\ (?=\S))+",
    re.DOTALL,
)

_QUOTES = ("'", '"')
_SAID = re.compile(
    r"(?:required|missing|invalid|expired|not|is|must|none|null|true|false|yes|no|on|off|enabled"
    r"|disabled|failed|denied|rejected|unknown|file|\*+)",
    re.IGNORECASE,
)
"""What is said about a secret."""
_MIXED = re.compile(r"(?=[^\s,;]{0,60}\d)(?=[^\s,;]{0,60}[A-Za-z])[^\s,;]{6}")
_GPIO = re.compile(r"[A-Za-z]{1,5}\d{1,2}")
"""A pin of a processor."""
_FOLDER = re.compile(r"/[\w./-]*")
"""Where a shell is."""


def is_said(key: str, value: str) -> bool:
    """Whether it is no secret, but something that is said about one."""
    about = {"pin": _GPIO, "pwd": _FOLDER}.get(key[-3:].lower(), _SAID)
    return bool(about.fullmatch(value) or _SAID.fullmatch(value))


def pairs(text: str) -> str:
    """A text without the values of keys that look secret, also within the value of another key."""
    parts: list[str] = []
    end = at = 0
    while match := _KEY.search(text, at):
        at = match.end()
        key = match["key"]
        secret = is_sensitive(key) or (
            key[-4:].lower() == "pass" and _MIXED.match(text, at) is not None
        )
        # Looked at where it matters: a value may be as long as the text.
        value = _VALUE.match(text, at) if secret or text[at : at + 1] in _QUOTES else None
        if value is None or (secret and is_said(key, value[0])):
            continue
        if secret:
            parts += text[end:at], MASK
        else:
            parts += text[end : at + 1], pairs(text[at + 1 : value.end()])
        end = at = value.end()
    return "".join(parts) + text[end:]


def _flag(match: re.Match[str]) -> str:
    return f"{match['flag']}{MASK}" if is_sensitive(match["key"]) else match[0]


def _form(match: re.Match[str]) -> str:
    return re.sub("=[^&]*", f"={MASK}", match[0])


_NAMED = re.compile(
    r"(?:\b(?:table|column|constraint|relation|index|schema|type|class|function|operator|extension"
    r"|encoding|for key|parameter|field|module named|no attribute|keyword argument|import name"
    r"|import name '\w+' from"
    r"|required positional arguments?:|codec|url|url=|URL(?=\()|host=|message=|Ccy=)"
    r"|['\"](?:type|loc|msg|url)['\"]:) ?\(?$"
)
_PLAIN = re.compile(
    r"['\"](?:\d{3} [A-Z][A-Za-z ]+|<urllib3\.[^'\"]*|\*{4}|[^\w\s]{1,2}"
    r"|(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+)['\"]$"
)
_NUMBERED = re.compile(r"\((?!1644\b)\d{3,4}, b?$")
"""Texts of servers after a number: MySQL's, but for those that the service wrote; AMQP's."""


def _quoted(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 40) : match.start()]
    after = match.string[match.end() : match.end() + 8]
    if after.startswith(":") and before.rstrip()[-1:] in ("{", ","):  # a key
        return match[0]
    if _NAMED.search(before) or _PLAIN.match(match[0]) or after.startswith((" object ", " claim")):
        return match[0]
    if _NUMBERED.search(before) and (text := match[0].lstrip("b"))[0] == text[-1]:
        return match[0][: -len(text) + 1] + _QUOTED.sub(_quoted, text[1:-1]) + text[-1]
    return MASK


_CARD = re.compile(
    r"4\d{15}|5[0-8]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6\d{15}"
    r"|(?:62|81|9558)\d{13,17}"
)
_PERSONAL = re.compile(
    r"(?:0?0?86)?1[3-9]\d{9}|(?:00)?85[23][2-9]\d{7}"  # phones
    r"|2088\d{12}"  # Alipay's ids
    r"|[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]"
)
_ACCOUNT = re.compile(
    r"(?:\+|(?<!aws )(?<!cloud )\b(?:account|acct|a/c|transfer (?:to|from)|cards?|pan)\W{0,3}"
    r"(?:(?:no|number|nr|id)\W{0,3})?|[户戶账賬帳卡](?:号|號|口)?(?:码|碼)?\W{0,3})$",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"(?!97[89])\d{3}-\d+(?:-\d+){1,3}$|0\d{2,3}-\d{7,8}$")
"""Accounts as banks print them, phones with their area."""


def _together(match: re.Match[str]) -> str:
    """A number without what stands between its groups."""
    return re.sub(r"[ -]", "", match[0])


def _number(match: re.Match[str]) -> str:
    digits = _together(match)
    card = _CARD.fullmatch(digits)
    if not card and digits != match[0]:  # another number may follow
        card = _CARD.match(digits)
    if (
        (card and _luhn(card[0]))
        or _PERSONAL.fullmatch(digits)
        or _PRINTED.match(match[0])
        or _ACCOUNT.search(match.string[max(0, match.start() - 28) : match.start()])
    ):
        return MASK
    return match[0]


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(digits)))
    return sum(digit - 9 * (digit > 9) for digit in doubled) % 10 == 0


has_digits = re.compile(r"[0-9][0-9]{3}(?:[0-9]{6}|[0-9]{2} ?[(（\[]|[ -][0-9]{4})").search
"""What each of these numbers has somewhere: a look costs 0.2 µs."""
_HKID = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z]{1,2}\d{6}) ?[(（\[]([\dAa])[)）\]]")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9_])[A-Z]{2}\d\d(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9_])"
)
_LONG = re.compile(r"(?<![A-Za-z0-9_])(?<!\d\.)\d(?:[ -]?\d){10,18}[Xx]?(?![A-Za-z0-9_]|\.\d)")


def numbers(text: str) -> str:
    """A text without cards, accounts and identity cards: those that their check digits tell.

    Of a value that nobody calls a message; the agent looks for those without check digits, too.
    """
    text = _IBAN.sub(_iban, text)
    text = _HKID.sub(_hkid, text)
    return _LONG.sub(_checked, text)


def _checked(match: re.Match[str]) -> str:
    digits = _together(match)
    card = _CARD.fullmatch(digits)
    return MASK if (card and _luhn(digits)) or _is_mainland(digits) else match[0]


def _is_mainland(number: str) -> bool:
    """GB 11643, with a date of birth that may be."""
    if not _PERSONAL.fullmatch(number) or len(number) != 18 or number.startswith("2088"):
        return False
    total = sum(int(digit) * pow(2, 17 - n, 11) for n, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _hkid(match: re.Match[str]) -> str:
    """Letters count from A = 10, a missing first one as 36."""
    signs = (match[1] + match[2]).rjust(9).upper()
    total = sum((36 if c == " " else int(c, 36)) * (9 - n) for n, c in enumerate(signs))
    return MASK if total % 11 == 0 else match[0]


def _iban(match: re.Match[str]) -> str:
    account = _together(match)
    right = int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1
    return MASK if right else match[0]


# Chinese writes no space before or after it.
_QUOTED = re.compile(
    r"(?<![A-Za-z0-9_])(?:[bB]|[rR][bB])?"
    r"(?:'(?:[^'\\]|\\.|''|(?<=[A-Za-z0-9_])'(?=[A-Za-z0-9_]))*(?:'(?![A-Za-z0-9_])|\Z)"
    r"|\"(?:[^\"\\]|\\.)*(?:\"|\Z))",
    re.DOTALL,
)

_RULES: tuple[tuple[str, str | Callable[[re.Match[str]], str]] | Callable[[str], str], ...] = (
    # SQLAlchemy: the statement, and its parameters to the end.
    (r"\[parameters: .*?(?=\n?\(Background on this error at: |\Z)", f"[parameters: {MASK}]"),
    (
        r"\[SQL: (.*?)(?=\]\s*(?:\[parameters: |\n|\(Background|\Z)|\Z)",
        lambda match: f"[SQL: {statement(match[1])}",
    ),
    # PostgreSQL: the row, the line of the statement, the key, a value that it cannot read.
    (r"([Ff]ailing row contains )\(.*(?:\)|\Z)", rf"\1({MASK})"),
    (r"(包含 ?)\(.*(?:\)|\Z)", rf"\1({MASK})"),
    (r"(JSON data, line \d+: )[^\n]*", rf"\1{MASK}"),
    (r"(column )\"[^\"\n]*\"(?= does not exist)", rf"\1{MASK}"),
    (
        r"([Kk]ey \([^=]*?\)=)\(.*?(?:\)(?= (?:already|is not present|is still|conflicts))"
        r"|\)[^)]*\Z|\Z)",
        rf"\1({MASK})",
    ),
    # The same where the server speaks another language.
    (r"(\)=)\((?!\*{4}\)).*(?:\)|\Z)", rf"\1({MASK})"),
    (r"(?m:^)(LINE \d+: |第 ?\d+ ?行[:：]? ?|行 ?\d+[:：] ?)[^\n]*", rf"\1{MASK}"),
    (r"((?:invalid|malformed|out of range)[^:\n]*: )\".*\"", rf"\1{MASK}"),
    (r"(?<=value )\"[^\n]*?\"(?= is out of range)", MASK),
    (r"(at or near )\".*?\"(?=\s|\Z)", rf"\1{MASK}"),
    # MySQL: the key, the value, the place of the error.
    (r"(Duplicate entry )'.*?(?:'(?= for key)|\Z)", rf"\1{MASK}"),
    (r"(Incorrect [\w ]*value: )'.*?(?:'(?= for (?:column|function))|\Z)", rf"\1{MASK}"),
    (r"(Truncated incorrect [\w ]*value: )'.*?(?:'|\Z)", rf"\1{MASK}"),
    (r"(to use near )'.*?(?:'(?= at line)|\Z)", rf"\1{MASK}"),
    (r"(Unknown column )'[^'\n]*'", rf"\1{MASK}"),
    (r"(no partition for value )[^\n\"]*", rf"\1{MASK}"),
    # SQL Server, Oracle: the key, the row.
    (r"(duplicate key value is )\(.*(?:\)|\Z)", rf"\1({MASK})"),
    (r"(with column values )\(.*(?:\)|\Z)", rf"\1({MASK})"),
    (
        r"((?:^|[\s\"'{,])(?:(?:[Ss]et-)?[Cc]ookie|(?:[Pp]roxy-)?[Aa]uthorization|[Bb]aggage"
        r"|[Ss]ec-[Ww]eb[Ss]ocket-[Pp]rotocol)"
        rf"\"?'?: ?)(?! ?(?i:{_SAID.pattern})\s*(?:\n|\Z))[^\n]*",
        rf"\1{MASK}",
    ),
    (r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", MASK),
    (r"(constant )\([^\n]{0,999}?\)(?= for )", rf"\1({MASK})"),
    # asyncpg, SQLite, MongoDB, jsonschema: a parameter, a name, the document, the instance.
    (r"(invalid input for query argument \$\d+[^:]*: ).*(?= \()", rf"\1{MASK}"),
    (r"(no such column: )\S+", rf"\1{MASK}"),
    (r"(dup key: )\{.*?\}(?=, full error|\Z)", rf"\1{MASK}"),
    (r"((?:, |^)full error: )\{.*", rf"\1{MASK}"),
    (r"(Invalid document )\{.*(?= \|)", rf"\1{MASK}"),
    (r"(cannot encode object: ).*(?=, of type: )", rf"\1{MASK}"),
    (r"\A.*(?=\nFailed validating )", MASK),
    (r"(\n\nOn [^\n]*:\n).*", rf"\1    {MASK}"),
    # Dates, and other texts that could not be read; AWS, of a parameter.
    (r"((?:Unknown string format|String does not contain a date): ).*", rf"\1{MASK}"),
    (r"(?<=\bValue )\S+(?= for parameter )", MASK),
    # botocore, redis, gRPC: an argument, a command, what the other side wrote.
    (r"(, value: ).*?(?=, type: <class|\Z)", rf"\1{MASK}"),
    (r"((?:unknown command|with args beginning with:) )`.*?`(?=[ ,]|\Z)", rf"\1{MASK}"),
    (r"(Command # \d+ )\(.*(?:\)(?= of pipeline)|\Z)", rf"\1({MASK})"),
    (r"((?:details|debug_error_string) = )\".*?(?:\"\n|\Z)", rf'\1"{MASK}"\n'),
    # Pydantic, in both forms; what validators of the service wrote.
    (r"((?:Value|Assertion) error, ).*?(?= \[type=|\Z)", rf"\1{MASK}"),
    (r"(input_value=).*?(?=, input_type=\w+\](?:\n|\Z)|\Z)", rf"\1{MASK}"),
    (
        r"(['\"](?:input|ctx)['\"]: ?).*?(?=, ?['\"](?:ctx|url|type|loc|msg)['\"]:|\}\]|\Z)",
        rf"\1{MASK}",
    ),
    # What triggers and procedures of the service wrote: Oracle, MySQL.
    (r"(ORA-20\d{3}: )[^\n]*", rf"\1{MASK}"),
    (r"(\b\d{4} \(45000\): ).*", rf"\1{MASK}"),
    # SQL Server's number; MongoDB's element; Redis' user; Elasticsearch's id and input.
    (r"(overflow error .{0,99}?value = )\S+", rf"\1{MASK}"),
    (r"(in element |non-numeric type\. |immutable field '_id': )\{.*?\}", rf"\1{MASK}"),
    (r"(NOPERM User )\S+", rf"\1{MASK}"),
    (r"((?:parse query|date field|unknown key) )\[[^\]]*\]", rf"\1[{MASK}]"),
    (r"\[[^\[\]]*\](?=: version conflict)", f"[{MASK}]"),
    # Cookies as Python writes them; objects as Django does; a message that Celery does not know.
    (r"(<Cookie )[^<>]*?(?= for |>)", rf"\1{MASK}"),
    (r"(<[A-Z]\w+: )[^<>\n]*(?=>)", rf"\1{MASK}"),
    (r"(message body was:\s).*", rf"\1{MASK}"),
    # Credentials: signatures, tokens, those of Oracle's addresses, arguments of programs.
    (r"\beyJ[\w+/-]{5,}(?:\.[\w-]*)*=*", MASK),
    (r"(\bSignature=)[^\s,&]+", rf"\1{MASK}"),
    (r"\b((?:Bearer|Basic|PLAIN|XOAUTH2) )(?=\S*[\d=._-])[\w.~+/=-]{6,}", rf"\1{MASK}"),
    (r"([Aa][Pp][Ii] key provided: )\S+", rf"\1{MASK}"),
    (r"((?<![\w$#])[\w$#]+/)[^\s/@'\"]+(?=@(?://|[\w.-]+:\d))", rf"\1{MASK}"),
    (
        r"(?P<flag>--(?P<key>[A-Za-z][\w-]+) +)(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|\S+)",
        _flag,
    ),
    (r"(\b(?:mysql|mysqldump|mysqladmin|mariadb) [^\n]{0,200}?-p)[^\s'\"]+", rf"\1{MASK}"),
    (r"(\b(?:curl|wget) [^\n]{0,200}?(?:-u|--user) ?)[^\s'\"]+", rf"\1{MASK}"),
    (
        r"(\b(?:htpasswd -[a-z]*b[a-z]*|wpa_passphrase)(?: -\w+| \S*[./]\S*){0,3} [^\s-]\S* )"
        r"\S{4,}",
        rf"\1{MASK}",
    ),
    (
        r"(\b(?:docker|podman|sshpass|redis-cli|mongo\w*)\b[^\n]{0,200}? -[pa] ?)(?!\d{1,5}\b)"
        r"[^\s'\"]{3,}",
        rf"\1{MASK}",
    ),
    (
        r"(\bAUTH (?:[\w-]+ )?)(?=\S{0,60}\d)(?=\S{0,60}[a-z])(?=\S{0,60}[A-Z!@#$%])\S{6,}",
        rf"\1{MASK}",
    ),
    # A line of PostgreSQL's password file.
    (r"((?<!\S)[\w.*-]+:(?:5432|6432|\*):[\w*.-]+:[\w*.-]+:)[^\s:'\"]{3,}", rf"\1{MASK}"),
    # Parties of SWIFT's and of ISO 20022's messages.
    (r"(:(?:50[AFHK]|59[AF]?):)(?=[/A-Z]).*?(?=\n[:-]|\Z)", rf"\1{MASK}"),
    (r"(<(?:\w+:)?(?:Nm|AdrLine)>|<Othr>\s*<Id>)[^<]+", rf"\1{MASK}"),
    # What stands behind a name: of a part of a form, a value, an element; in prose, where it is
    # as mixed as no word is.
    (
        r"(Content-Disposition: form-data;[^\n]{0,200}\n(?:[\w-]+: [^\n]{0,200}\n){0,3}\r?\n)"
        r"[^\r\n]+",
        rf"\1{MASK}",
    ),
    (
        r"(?P<flag>\b(?P<key>[^\W\d_][\w.-]{1,60})[\"']?,?\s{1,16}[\"']?value[\"']? ?"
        r"(?:\{ ?string_value)?[:=] ?[\"']?)[^\s\"',}]+",
        _flag,
    ),
    (r"(?P<flag><(?P<key>[A-Za-z][\w:.-]*)(?: [^<>]*)?>)[^<]+", _flag),
    (
        r"(?P<flag>\b(?P<key>[A-Za-z][\w-]{2,40}) (?:(?:is|was|of|key) )?)"
        r"(?=[^\s,;]{0,60}\d)(?=[^\s,;]{0,60}[A-Za-z])[^\s,;:]{6,}",
        _flag,
    ),
    (r"(%(?:25)*3[Dd])(?:[^\s%&'\"]|%(?!(?:25)*26))+", rf"\1{MASK}"),
    # Addresses: who, and the query; forms. And all that is written as a key and its value.
    (r"(\w://)[^/\s'\"]+@", rf"\1{MASK}@"),
    (r"\?(?![a-z]\w{1,20}=[A-Z]{2,3}(?![^\s.,;:)'\"]))(?=[\w%&=$.-])[^\s'\"<>)\]]+", f"?{MASK}"),
    (r"(with url: [^\s;]*);\S*", rf"\1;{MASK}"),
    (r"(Perhaps you meant )\S+", rf"\1{MASK}"),
    pairs,
    (r"(?<![\w?&.\[\]%=-])(?:[\w.\[\]%-]+=[^\s&'\"]{0,999}&)+[\w.\[\]%-]+=[^\s&'\"]*", _form),
    # And what stands in quotes, unless what is before it says that it is a name.
    partial(_QUOTED.sub, _quoted),
    (r"[“„「『«‘].*?(?:[”“」』»’]|\Z)|».*?(?:«|\Z)", MASK),
    # Addresses of mail.
    (r"(?<![\w.+-])[\w.+-]+@(?!\d+\.\d)(?:[\w-]+\.)+[A-Za-z]{2,}\b", MASK),
    # Numbers of cards, of accounts, of identity cards, of phones.
    partial(_IBAN.sub, _iban),
    (r"(?<![A-Za-z0-9_])[A-Za-z]{1,2}\d{6} ?[(（\[][\dAa][)）\]]", MASK),
    (
        r"((?i:passport|permit|hkid|hkic|护照|護照|通行[证證]|[回返][乡鄉][证證]|[证證]件|身[份分][证證])"
        r"[^\n\d]{0,12}?)(?<![A-Za-z])[A-Z]{1,2}\d{6,10}(?!\d)",
        rf"\1{MASK}",
    ),
    (
        r"((?i:\b(?:sms|tel|phone|mobile|call|fax|whatsapp)|[电電][话話]|手[机機]|座[机機])"
        r"(?:[ :=：#.]|to\b|no\b|number\b|[号號码碼]){0,5})(?!20\d\d-)\d(?:[ -]?\d){7,13}(?!\d)",
        rf"\1{MASK}",
    ),
    (
        r"((?i:\b(?:otp|pin|passcode|(?:verification|security|login|one-time) (?:code|password))"
        r"|[验驗][证證][码碼]|密[码碼])[^\w\n]{0,3}(?:is |是|为|為)?)(?<!\d)\d{4,8}(?!\d)",
        rf"\1{MASK}",
    ),
    partial(_LONG.sub, _number),
)
_MASKS: list[Callable[[str], str]] = [
    partial(re.compile(rule[0], re.DOTALL).sub, rule[1]) if isinstance(rule, tuple) else rule
    for rule in _RULES
]


def message(text: str) -> str:
    """The text of an error, without the values that libraries are known to write into theirs."""
    for mask in _MASKS:
        text = mask(text)
    return text


_FRAME = re.compile(r'\s*(?:[|+] ?)*File "[^"\n]*", line \d+(?:, in [^\n]*)?$')
_RELATED = (
    "During handling of the above exception",
    "The above exception was the direct cause",
)
_TYPE = re.compile(r"(?:[|+\s-]*(?:\d+ -+)?\s*)?([A-Za-z_][\w.]*)(?::.*)?$", re.DOTALL)


def frames(stacktrace: str) -> str:
    """A stack trace without messages and lines of code: frames, and types of exceptions."""
    kept: list[str] = []
    within = False
    for line in stacktrace.splitlines():
        if line.lstrip(" |+").startswith(("Traceback (most", "Exception Group Traceback")):
            within = True
            kept.append(line)
        elif any(mark in line for mark in _RELATED) and not within:
            kept.append(line.strip()[:80])
        elif within and _FRAME.match(line):
            kept.append(line)
        elif within and not line.startswith((" ", "\t")) and line and (found := _TYPE.match(line)):
            # What follows belongs to its message, until the next trace begins.
            kept.append(f"{found[1]}: {MASK}" if ":" in line else found[1])
            within = False
    return "\n".join(kept)


_RAISED = re.compile(r"([A-Za-z_][\w.]*(?:Error|Exception|Warning|Exit|Interrupt|Timeout)): ")


def kind_of(description: str) -> str:
    """A status description in which only the type of an exception is left."""
    found = _RAISED.match(description)
    return f"{found[1]}: {MASK}" if found else MASK
