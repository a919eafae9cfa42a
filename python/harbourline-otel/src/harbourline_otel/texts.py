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
        (?: \[.*?(?:\]'|\Z) | \{.*?(?:\}'|\Z) | \(.*?(?:\)'|\Z) | <.*?(?:>'|\Z) ) )
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
    if system.lower() in ("redis", "valkey"):
        return "\n".join(re.sub(r"(?<=\s)\S+", "?", line) for line in text.split("\n"))
    if "'" not in text and '"' not in text and not _may_hold(text):
        return text
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


_WORTH = re.compile(r"[\d$#`]|--|/\*")


def _may_hold(text: str) -> bool:
    return _WORTH.search(text) is not None


def _is_ambiguous(literal: str) -> bool:
    return "\\'" in literal and literal[:1] not in "Ee"


_KEY = re.compile(
    r"(?P<open>[\"']?)(?P<key>[^\W\d_][\w.-]{1,60})(?P=open)\s*(?:=>|[=:＝：])\s*", re.DOTALL
)
_VALUE = re.compile(
    r"\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'(?:[^'\\]|\\.)*(?:'|\Z)"
    r"|\{[^{}]*(?:\}|\Z)|\[[^\[\]]*(?:\]|\Z)"
    r"|(?:(?:[Bb]earer|[Bb]asic|[Tt]oken|[Dd]igest) )?(?:[^\s,;&)}\]]|,(?=\S))+",
    re.DOTALL,
)

_QUOTES = ("'", '"')


def pairs(text: str) -> str:
    """A text without the values of keys that look secret, also within the value of another key."""
    parts: list[str] = []
    end = at = 0
    while match := _KEY.search(text, at):
        at = match.end()
        secret = is_sensitive(match["key"])
        # Looked at where it matters: a value may be as long as the text.
        value = _VALUE.match(text, at) if secret or text[at : at + 1] in _QUOTES else None
        if value is None:
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
    r"|required positional arguments?:|codec|url|url=|host=|message=)"
    r"|['\"](?:type|loc|msg|url)['\"]:) ?\(?$"
)
_PLAIN = re.compile(r"['\"](?:\d{3} [A-Z][A-Za-z ]+|<urllib3\.[^'\"]*|\*{4})['\"]$")


def _quoted(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 40) : match.start()]
    after = match.string[match.end() : match.end() + 8]
    if after.startswith(":") and before.rstrip()[-1:] in ("{", ","):  # a key
        return match[0]
    if _NAMED.search(before) or _PLAIN.match(match[0]) or after.startswith(" object "):
        return match[0]
    return MASK


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
        r"((?:^|[\s\"'{,])(?:(?:[Ss]et-)?[Cc]ookie|(?:[Pp]roxy-)?[Aa]uthorization|[Bb]aggage)"
        r"\"?'?: ?)[^\n]*",
        rf"\1{MASK}",
    ),
    (r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", MASK),
    # asyncpg, SQLite, MongoDB, jsonschema: a parameter, a name, the document, the instance.
    (r"(invalid input for query argument \$\d+[^:]*: ).*(?= \()", rf"\1{MASK}"),
    (r"(no such column: )\S+", rf"\1{MASK}"),
    (r"(dup key: )\{.*?\}(?=, full error|\Z)", rf"\1{MASK}"),
    (r"((?:, |^)full error: )\{.*", rf"\1{MASK}"),
    (r"(Invalid document )\{.*(?= \|)", rf"\1{MASK}"),
    (r"(cannot encode object: ).*(?=, of type: )", rf"\1{MASK}"),
    (r"\A.*(?=\n+Failed validating )", MASK),
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
    (r"\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*", MASK),
    (r"(\bSignature=)[^\s,&]+", rf"\1{MASK}"),
    (r"\b((?:Bearer|Basic) )(?=\S*[\d=._-])[\w.~+/=-]{6,}", rf"\1{MASK}"),
    (r"([Aa][Pp][Ii] key provided: )\S+", rf"\1{MASK}"),
    (r"(\b[\w$#]+/)[^\s/@'\"]+(?=@(?://|[\w.-]+:\d))", rf"\1{MASK}"),
    (
        r"(?P<flag>--(?P<key>[A-Za-z][\w-]+) +)(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|\S+)",
        _flag,
    ),
    (r"(\b(?:mysql|mysqldump|mysqladmin|mariadb) [^\n]{0,200}?-p)[^\s'\"]+", rf"\1{MASK}"),
    (r"(\b(?:curl|wget) [^\n]{0,200}?(?:-u|--user) ?)[^\s'\"]+", rf"\1{MASK}"),
    # Addresses: who, and the query; forms. And all that is written as a key and its value.
    (r"(\w://)[^/\s'\"]+@", rf"\1{MASK}@"),
    (r"\?[^\s'\"<>)\]]+", f"?{MASK}"),
    (r"(with url: [^\s;]*);\S*", rf"\1;{MASK}"),
    (r"(Perhaps you meant )\S+", rf"\1{MASK}"),
    pairs,
    (r"(?<![\w?&.\[\]%=-])(?:[\w.\[\]%-]+=[^\s&'\"]{0,999}&)+[\w.\[\]%-]+=[^\s&'\"]*", _form),
    # And what stands in quotes, unless what is before it says that it is a name.
    # Chinese writes no space before or after it.
    (
        r"(?<![A-Za-z0-9_])(?:[bB]|[rR][bB])?"
        r"(?:'(?:[^'\\]|\\.|''|(?<=[A-Za-z0-9_])'(?=[A-Za-z0-9_]))*(?:'(?![A-Za-z0-9_])|\Z)"
        r"|\"(?:[^\"\\]|\\.)*(?:\"|\Z))",
        _quoted,
    ),
    (r"[“„「『«‘].*?(?:[”“」』»’]|\Z)|».*?(?:«|\Z)", MASK),
    # Addresses of mail.
    (r"(?<![\w.+-])[\w.+-]+@(?!\d+\.\d)(?:[\w-]+\.)+[A-Za-z]{2,}\b", MASK),
    # Numbers of cards, of accounts, of identity cards of the mainland, of phones.
    (r"(?<![A-Za-z0-9_])(?<!\d\.)\d(?:[ -]?\d){10,18}[Xx]?(?![A-Za-z0-9_]|\.\d)", MASK),
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
    found = re.match(
        r"([A-Za-z_][\w.]*(?:Error|Exception|Warning|Exit|Interrupt|Timeout)): ", description
    )
    return f"{found[1]}: {MASK}" if found else MASK
