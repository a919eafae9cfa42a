"""What is taken out of a span before it leaves the process."""

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, Span, StatusCode

from harbourline_otel.scrub import FREE_TEXT, MASK, Scrubber


def ended(fill: object, links: tuple[Link, ...] = ()) -> ReadableSpan:
    """A span of the SDK, filled by a function."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span("test", links=links) as span:
        fill(span)  # type: ignore[operator]
    return exporter.get_finished_spans()[0]


def test_secret_looking_keys_lose_their_value_wherever_they_are() -> None:
    def fill(span: Span) -> None:
        span.set_attribute("http.request.header.authorization", "hunter2")
        span.set_attribute("user.password", "hunter2")
        span.set_attribute("API_KEY", "hunter2")
        span.set_attribute("db.query.parameter.0", "hunter2")
        span.set_attribute("db.statement.parameters", "('hunter2',)")
        span.add_event("login", {"session.token": "hunter2", "step": 1})

    other = ended(lambda span: None).context
    scrubbed = Scrubber(None).span(ended(fill, (Link(other, {"cookie": "hunter2"}),)))
    assert "hunter2" not in scrubbed.to_json()
    assert scrubbed.attributes and scrubbed.attributes["user.password"] == MASK
    assert scrubbed.events[0].attributes == {"session.token": MASK, "step": 1}
    assert scrubbed.links[0].attributes == {"cookie": MASK}


def test_an_allow_list_lets_known_namespaces_and_own_keys_through() -> None:
    def fill(span: Span) -> None:
        span.set_attributes(
            {"http.route": "/payments", "payment.id": "pay_1", "crm.note": "private"}
        )
        span.set_attribute("paymentless", "private")
        span.set_attribute("enduser.id", "private")

    attributes = Scrubber(["payment"]).span(ended(fill)).attributes
    assert attributes == {
        "http.route": "/payments",
        "payment.id": "pay_1",
        "crm.note": MASK,
        "paymentless": MASK,
        "enduser.id": MASK,
    }
    assert Scrubber(None).span(ended(fill)).attributes["crm.note"] == "private"


def test_maps_within_values_are_looked_into() -> None:
    value = {"id": 1, "password": "hunter2", "cards": [{"card_number": "hunter2"}]}
    inside = Scrubber(None)._inside(value)
    assert inside == {"id": 1, "password": MASK, "cards": [{"card_number": MASK}]}


def test_values_written_into_a_statement_become_placeholders() -> None:
    def fill(span: Span) -> None:
        span.set_attribute(
            "db.query.text",
            "SELECT t1.a FROM t1 WHERE card = 'it''s 4111' AND n IN (1, -2.5) AND x = $1 AND y = ?",
        )

    attributes = Scrubber([]).span(ended(fill)).attributes
    assert attributes == {
        "db.query.text": "SELECT t1.a FROM t1 WHERE card = ? AND n IN (?, ?) AND x = $1 AND y = ?"
    }


def test_errors_of_databases_lose_their_parameters() -> None:
    text = "(IntegrityError) UNIQUE [SQL: INSERT] [parameters: ('hunter2', 3)]\n(Background on)"
    detail = "duplicate key\nDETAIL:  Key (email)=(hunter2@example.com) already exists."

    def fill(span: Span) -> None:
        span.record_exception(ValueError(text))
        span.set_status(StatusCode.ERROR, detail)

    scrubbed = Scrubber(["exception.message"]).span(ended(fill))
    assert "hunter2" not in scrubbed.to_json()
    assert "Key (email)=(****)" in (scrubbed.status.description or "")


def test_a_span_with_nothing_to_hide_is_not_copied() -> None:
    span = ended(lambda span: span.set_attribute("http.route", "/"))
    assert Scrubber([]).span(span) is span
    scrubber = Scrubber([])
    for n in range(10_000):
        scrubber._hides(f"key{n}")
    assert sum(map(len, scrubber._verdicts)) == 4096


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url.full", "https://x/?next=https%3A%2F%2Fy%2F%3Ftoken%3Dhunter2"),
        ("url.full", "https://x/?next=https%253A%252F%252Fy%252F%253Ftoken%253Dhunter2"),
        ("url.full", "https://x/?user%5Bpin%5D=hunter2"),
        ("url.full", "https://user:p@hunter2@x/"),
        ("url.path", "/pay;jsessionid=hunter2"),
        ("url.fragment", "access_token=hunter2"),
        ("url.query", "pin=hunter2"),
        ("payment.note", "password = hunter2"),
        ("payment.note", "authorization=Bearer hunter2"),
        ("url.query", "%E5%AF%86%E7%A0%81=hunter2"),
        ("payment.callback", "https://user:hunter2@x/"),
        ("http.request.header.referer", ["https://x/?token=hunter2"]),
        ("graphql.document", 'mutation { pay(card: "hunter2", note: """hunter2""") }'),
        ("process.command_args", ["pay", "--password", "hunter2"]),
        ("rpc.jsonrpc.error_message", "no customer hunter2, password=hunter2"),
        ("url.query", "X-Amz-Signature=hunter2"),
        ("url.full", "https://x/cb?code=hunter2x"),
        ("url.full", "https://x/cb?state=hunter2XYZ"),
        ("url.query", "data=%7B%22password%22%3A%22hunter2%22%7D"),
        ("url.query", "a=b?token=hunter2"),
        ("url.full", "https://u:a/b?hunter2@x/"),
        ("url.full", "//u:hunter2@x/"),
        ("net.peer.name", "u:hunter2@x"),
        ("http.route", "/x?token=hunter2"),
        ("http.request.header.referer", ["/x?token=hunter2"]),
        ("payment.answer", '{"password": "hunter2"}'),
        ("payment.header", "Authorization: Bearer hunter2"),
        ("payment.bytes", b"password=hunter2"),
        ("db.query.summary", "SELECT 'hunter2'"),
        ("db.redis.args", "hunter2"),
        ("graphql.variables", "{'card': 'hunter2'}"),
        ("asgi.headers", "hunter2"),
        ("container.command_args", ["--password", "hunter2"]),
        ("process.environment_variable.DB", "hunter2"),
    ],
)
def test_values_are_looked_into(key: str, value: object) -> None:
    span = ended(lambda span: span.set_attribute(key, value))  # type: ignore[arg-type]
    # Whose text it is, staging shows: production's test is the stricter one.
    for allowed in (["payment"],) if key in FREE_TEXT else (["payment"], None):
        assert "hunter2" not in str(Scrubber(allowed).span(span).attributes)


@pytest.mark.parametrize(
    "value",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "paid by 4111-1111-1111-1111",
        "AB987654(3)",
        "A123456(3)",
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "11010519491231002X",
        4111111111111111,
        ["ok", "4111111111111111"],
        [4111111111111111],
        "https://x/cards/4111111111111111/limits",
    ],
)
def test_numbers_that_their_check_digits_tell_go_under_any_key(value: object) -> None:
    span = ended(lambda span: span.set_attributes({"url.path": value, "payment.note": value}))  # type: ignore[dict-item]
    for attribute in (Scrubber(["payment"]).span(span).attributes or {}).values():
        left = str(attribute)
        assert MASK in left and "111" not in left and "987" not in left and "123" not in left


@pytest.mark.parametrize(
    "value",
    [
        "4111111111111112",
        "A123456(4)",
        "DE89370400440532013001",
        "110105194912310021",
        4111111111111112,
        1764540000000000000,
        True,
        "pay_4111111111111111",
        "2026-11-30T22:16:02.123456Z",
        "pin=GPIO12",
    ],
)
def test_numbers_with_wrong_check_digits_stay(value: object) -> None:
    span = ended(lambda span: span.set_attributes({"payment.note": value}))  # type: ignore[dict-item]
    assert Scrubber(["payment"]).span(span).attributes == {"payment.note": value}


@pytest.mark.parametrize(
    "value",
    [
        "https://x/users/@chan?code=EUR&page=2",
        "https://x:8080/users/@chan",
        "https://x/?country_code=HK&error=code",
        "https://x/?state=awaiting_confirmation",
        "10.0.0.1:5432",
        "a = b, c: d",
        "mailto",
        "a=" * 5000,
        '{"id": 1, "state": "new"}',
    ],
)
def test_values_with_nothing_secret_stay(value: str) -> None:
    span = ended(lambda span: span.set_attributes({"url.full": value, "payment.text": value}))
    assert Scrubber(["payment"]).span(span).attributes == {"url.full": value, "payment.text": value}


def test_what_no_convention_names_is_on_no_allow_list_by_itself() -> None:
    keys = ("exception.cause", "error.detail", "event.note", "error.type", "exception.type")
    span = ended(lambda span: span.set_attributes(dict.fromkeys(keys, "hunter2")))
    for allowed, masked in (([], keys[:3]), (["error.detail"], (keys[0], keys[2])), (None, ())):
        attributes = Scrubber(allowed).span(span).attributes or {}
        assert tuple(key for key, value in attributes.items() if value == MASK) == masked


def test_names_of_events_are_looked_into() -> None:
    span = ended(lambda span: span.add_event("call https://x/?token=hunter2"))
    assert Scrubber([]).span(span).events[0].name == f"call https://x/?token={MASK}"


def test_names_scopes_and_resources_are_scrubbed() -> None:
    exporter = InMemorySpanExporter()
    resource = Resource(
        {
            "db.password": "hunter2",
            "process.command_line": "pay -p hunter2",
            "user.email": "hunter2",
            "team": "a",
            "service.name": "service-4111111111111111",
        }
    )
    provider = TracerProvider(shutdown_on_exit=False, resource=resource)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test", attributes={"token": "hunter2", "team": "a"})
    tracer.start_span("SELECT'hunter2'", attributes={"db.statement": "SELECT'hunter2'"}).end()
    tracer.start_span("GET https://x/?token=hunter2").end()
    scrub = Scrubber([]).span
    call_as_it_was = exporter.get_finished_spans()[1]
    provider.get_tracer("https://u:hunter2@x", "token=hunter2", "https://x?pin=hunter2").start_span(
        "named"
    ).end()
    named = exporter.get_finished_spans()[-1]
    assert scrub(named).instrumentation_scope is scrub(named).instrumentation_scope
    scope = scrub(named).instrumentation_scope
    assert scope and "hunter2" not in f"{scope.name} {scope.version} {scope.schema_url}"
    statement, call = map(scrub, exporter.get_finished_spans()[:2])
    assert (statement.name, call.name) == ("SELECT?", f"GET https://x/?token={MASK}")
    assert statement.resource.attributes == {
        "db.password": MASK,
        "process.command_line": MASK,
        "user.email": MASK,
        "team": MASK,
        "service.name": "service-4111111111111111",
    }
    assert Scrubber(None).span(call_as_it_was).resource.attributes["team"] == "a"
    assert statement.resource is call.resource
    assert statement.instrumentation_scope
    assert statement.instrumentation_scope.attributes == {"token": MASK, "team": MASK}
