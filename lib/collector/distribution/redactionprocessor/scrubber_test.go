package redactionprocessor

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func scrubberFor(t testing.TB, cfg *Config) *scrubber {
	t.Helper()
	counts, err := newCounts(componenttest.NewNopTelemetrySettings())
	if err != nil {
		t.Fatal(err)
	}
	s, err := newScrubber(cfg, counts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const secret = "a.b@example.com"

// Every place where a service can put a string.
func everywhere() ptrace.Traces {
	td := ptrace.NewTraces()
	fill := func(m pcommon.Map) {
		m.PutStr("plain", "for "+secret)
		m.PutStr(secret, "x")
		m.PutEmptySlice("list").AppendEmpty().SetEmptySlice().AppendEmpty().SetStr(secret)
		inner := m.PutEmptyMap("map").PutEmptyMap("deeper")
		inner.PutStr("deep", secret)
		inner.PutStr("api_key", "k-1234")
		inner.PutStr(secret, "x")
		m.PutEmptyBytes("bytes").FromRaw([]byte(secret))
		m.PutInt("card", 4111111111111111)
		m.PutStr("url.query", "q="+secret)
		m.PutStr("http.target", "/p?q="+secret)
		m.PutStr("password", "hunter2")
		m.PutStr("messaging.message.body", "hunter2")
		m.PutStr("db.query.text", "SELECT 1 FROM people WHERE name = 'hunter2'")
		m.PutStr("db.query.parameter.name", "hunter2")
		m.PutStr("note", "key sk_test_hunter2hunter2hunter2")
	}
	rs := td.ResourceSpans().AppendEmpty()
	fill(rs.Resource().Attributes())
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("scope " + secret)
	ss.Scope().SetVersion("1 " + secret)
	fill(ss.Scope().Attributes())
	span := ss.Spans().AppendEmpty()
	span.SetName("GET " + secret)
	span.Status().SetMessage("no " + secret)
	span.TraceState().FromRaw("vendor=" + secret)
	fill(span.Attributes())
	event := span.Events().AppendEmpty()
	event.SetName("exception " + secret)
	fill(event.Attributes())
	link := span.Links().AppendEmpty()
	link.TraceState().FromRaw("vendor=" + secret)
	fill(link.Attributes())
	return td
}

func TestNoPlaceIsMissed(t *testing.T) {
	td, err := scrubberFor(t, &Config{}).traces(context.Background(), everywhere())
	if err != nil {
		t.Fatal(err)
	}
	text, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	for _, planted := range []string{"example.com", "4111111111111111", "hunter2", "k-1234", "YS5iQGV4YW1wbGUuY29t"} {
		if strings.Contains(string(text), planted) {
			t.Errorf("%s came through: %s", planted, text)
		}
	}
}

func TestIdsTimesAndAmountsSurvive(t *testing.T) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "service-13812345678")
	span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID([16]byte{0x41, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 1, 2, 3, 4, 5, 6, 7, 8})
	span.SetStartTimestamp(1785576600123456789)
	span.Attributes().PutInt("http.response.body.size", 12345678)
	span.Attributes().PutDouble("payment.amount", 1234567.89)
	before, _ := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	if _, err := scrubberFor(t, &Config{UntouchedKeys: []string{"service.name"}}).traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	after, _ := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	if string(before) != string(after) {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
}

func TestUnknownKeysFailClosed(t *testing.T) {
	cfg := &Config{}
	cfg.AllowedKeys = `^(?:http|app)\.`
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.Attributes().PutStr("http.route", "/pay")
	span.Attributes().PutStr("customer", "somebody")
	span.Attributes().PutEmptyMap("app.order").PutStr("line", "one")
	if _, err := scrubberFor(t, cfg).traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	got := span.Attributes().AsRaw()
	if got["http.route"] != "/pay" || got["customer"] != mask || got["app.order"].(map[string]any)["line"] != "one" {
		t.Errorf("got %v", got)
	}
}

func TestKeysThatCollideWhenMaskedLeaveOne(t *testing.T) {
	td := ptrace.NewTraces()
	attributes := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes()
	attributes.PutStr("a@example.com", "1")
	attributes.PutStr("b@example.com", "2")
	if _, err := scrubberFor(t, &Config{}).traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	if attributes.Len() != 1 {
		t.Errorf("got %v", attributes.AsRaw())
	}
}

func TestEveryWrongSettingIsTold(t *testing.T) {
	err := (&Config{AllowedKeys: "(", PseudonymKeys: []string{"user"}}).Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"allowed_keys", "pseudonym_secret"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
}

func TestTheNumberOfCountedKeysIsBounded(t *testing.T) {
	counts, err := newCounts(componenttest.NewNopTelemetrySettings())
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 10*maxKeys; i++ {
		counts.unknownKey(strings.Repeat("k", i%1000) + string(rune('a'+i%26)))
	}
	if len(counts.known) > maxKeys {
		t.Errorf("%d keys are held", len(counts.known))
	}
}

func TestCleanStringsCostNoMemory(t *testing.T) {
	s := scrubberFor(t, &Config{})
	if allocations := testing.AllocsPerRun(100, func() { s.text("GET /orders/{id} from 10.20.30.40") }); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// What was masked once stays as it is, whatever the string, and stays valid UTF-8.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", secret, "https://u:p@h/p?q=1#f", "%2534111", "Ａ１２３４５６（３）", "4111-1111-1111-1111", "\xff\xfe"} {
		f.Add(seed)
	}
	s := scrubberFor(f, &Config{})
	f.Fuzz(func(t *testing.T, text string) {
		once := s.text(text)
		if twice := s.text(once); twice != once && s.text(twice) != twice {
			t.Errorf("%q → %q → %q", text, once, twice)
		}
		if utf8.ValidString(text) && !utf8.ValidString(once) {
			t.Errorf("%q → %q is no text", text, once)
		}
	})
}

func BenchmarkTraces(b *testing.B) {
	s := scrubberFor(b, &Config{})
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName("POST /payments")
	for key, value := range map[string]string{
		"http.request.method": "POST", "url.full": "https://bank.example.internal/settlements", "server.address": "10.20.0.15",
		"network.peer.address": "10.20.0.15", "db.query.text": "SELECT amount FROM payments WHERE id = ?", "user_agent.original": "python-httpx/0.28",
	} {
		span.Attributes().PutStr(key, value)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.traces(context.Background(), td)
	}
}

func TestPseudonymsJoinAndSayNothingElse(t *testing.T) {
	cfg := &Config{}
	cfg.PseudonymKeys, cfg.PseudonymSecret = []string{"enduser.id"}, "0123456789abcdef0123456789abcdef"
	masked := func(cfg *Config, key, value string) string {
		td := ptrace.NewTraces()
		attributes := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes()
		attributes.PutStr(key, value)
		if _, err := scrubberFor(t, cfg).traces(context.Background(), td); err != nil {
			t.Fatal(err)
		}
		got, _ := attributes.Get(key)
		return got.Str()
	}
	one := masked(cfg, "enduser.id", secret)
	if !isPseudonym.MatchString(one) || one != masked(cfg, "enduser.id", " "+secret) {
		t.Errorf("%s does not join", one)
	}
	if other := masked(cfg, "enduser.id", "b@example.com"); other == one {
		t.Error("two values, one pseudonym")
	}
	if again := masked(cfg, "enduser.id", one); again != one {
		t.Errorf("the next tier made %s of %s", again, one)
	}
	if elsewhere := masked(cfg, "note", secret); elsewhere != mask {
		t.Errorf("%s under another key", elsewhere)
	}
	changed := *cfg
	changed.PseudonymSecret = "another secret of 32 characters!"
	if masked(&changed, "enduser.id", secret) == one {
		t.Error("the secret does not matter")
	}
	cfg.PseudonymSecret = "short"
	if err := cfg.Validate(); err == nil || strings.Contains(err.Error(), "short") {
		t.Errorf("a short secret: %v", err)
	}
}

// Texts that are made to take long. Time for each byte is the same whatever their length: see ns/byte.
func hostile() map[string]func(size int) string {
	repeat := func(part string) func(int) string {
		return func(size int) string { return strings.Repeat(part, size/len(part)+1)[:size] }
	}
	layers := func(size int) string {
		text := secret
		for len(text) < size {
			text = base64.StdEncoding.EncodeToString([]byte(text + " " + text))
		}
		return text
	}
	return map[string]func(int) string{
		"prose": repeat("connection reset by peer while reading from upstream, "), "digits": repeat("4"), "groups": repeat("4111 2222 3 "), "percent": repeat("%25"), "percent in percent": func(size int) string { return "%" + strings.Repeat("25", size/2-2) + "31" },
		"ones in percent": repeat("%31"), "at signs": repeat("a@"), "long local part": func(size int) string { return strings.Repeat("a", size-2) + "@b" }, "base64": repeat("dmFsdWUgcmVhZA"), "base64 in base64": layers, "hex": repeat("76616c7565207265"),
		"secrets that do not end": repeat("password=\""), "private keys that do not end": repeat("-----BEGIN RSA PRIVATE KEY-----\n"), "streets": repeat("8 Old Road "), "labels": repeat("phone id card "), "ampersands": repeat("&#3"), "backslashes": repeat("\\"),
		"escapes": repeat("\\u0031"), "quotes": repeat("\""), "URLs": repeat("http://u:p@h/?q "), "lines": repeat("4111\n"), "full width": repeat("４１１１ "), "entities": repeat("&amp;"), "letters": repeat("A"), "hyphens": repeat("-1"), "ligatures": repeat("\ufdfa"),
		"statements": repeat("select 'a "), "statements without quotes": repeat("select a from t "), "statements with a table": repeat("select a from t where b = $x$ 'c "), "rows": repeat("[parameters: ("), "commands": repeat("curl -u mysql -h "), "elements": repeat("<password a "), "floors": repeat("1/f "), "GBK": repeat("%C0%EE 4"), "assigned names": repeat("first_name="), "pairs": repeat("\"password\" , "), "IPv6": repeat("client 1:2:3:"),
	}
}

func BenchmarkBySize(b *testing.B) {
	s := scrubberFor(b, &Config{})
	texts := hostile()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		for size := 1 << 10; size <= 16<<20; size <<= 7 {
			text := texts[name](size)
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(name, " ", "_"), size>>10), func(b *testing.B) {
				for b.Loop() {
					s.text(text)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(text)), "ns/byte")
			})
		}
	}
}

// What is no string, and what a map may hold that none should.
func TestValuesOfEveryType(t *testing.T) {
	td := ptrace.NewTraces()
	attributes := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes()
	attributes.PutInt("customer", 110101199003078515)
	attributes.PutInt("to", 13812345678)
	attributes.PutInt("messaging.kafka.offset", 13812345678)
	attributes.PutInt("app.tokens", 512)
	attributes.PutInt("customer.phone", 91234567)
	attributes.PutStr("contact.mobile", "9123 4567")
	attributes.PutStr("客户姓名", "李明")
	attributes.PutStr("联系手机号", "91234567")
	attributes.PutEmptyBytes("raw").FromRaw(append([]byte("card 4111111111111111 "), 0xff))
	arguments := attributes.PutEmptySlice("process.command_args")
	for _, each := range []string{"mysql", "--password", "hunter2", "--api-key=hunter3", "-h", "db"} {
		arguments.AppendEmpty().SetStr(each)
	}
	attributes.PutStr("equal", "a")
	attributes.PutStr("equa2", "b")
	if _, err := scrubberFor(t, &Config{}).traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	got := attributes.AsRaw()
	for key, want := range map[string]any{
		"customer": mask, "to": mask, "messaging.kafka.offset": int64(13812345678), "app.tokens": int64(512), "customer.phone": mask, "contact.mobile": mask, "客户姓名": mask, "联系手机号": mask,
	} {
		if got[key] != want {
			t.Errorf("%s: %v instead of %v", key, got[key], want)
		}
	}
	if text := fmt.Sprintf("%s %v", got["raw"], got["process.command_args"]); strings.Contains(text, "4111") || strings.Contains(text, "hunter") || !strings.Contains(text, "db") {
		t.Errorf("got %s", text)
	}
}

// A request may hold a key twice: no value of it stays.
func TestEqualKeys(t *testing.T) {
	text := []byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"password","value":{"stringValue":"hunter2"}},{"key":"password","value":{"stringValue":"hunter3"}}]}]}]}]}`)
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scrubberFor(t, &Config{}).traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	if out, _ := (&ptrace.JSONMarshaler{}).MarshalTraces(td); strings.Contains(string(out), "hunter") {
		t.Errorf("%s", out)
	}
}

// Each dialect quotes in its own way; what can be read in two ways is masked to the end.
func TestStatements(t *testing.T) {
	for _, each := range []struct{ system, statement, want string }{
		{"mysql", `SELECT * FROM p WHERE n = 'O\'Brien' AND m = 'x'`, `SELECT * FROM p WHERE n = ? AND m = ?`},
		{"mysql", `SELECT * FROM p WHERE n = "O'Brien" # hunter2`, `SELECT * FROM p WHERE n = ? --?`},
		{"postgresql", `SELECT "a"."id" FROM "a" WHERE n = 'O''Brien' AND p = 'C:\'`, `SELECT "a"."id" FROM "a" WHERE n = ? AND p = ?`},
		{"postgresql", `SELECT $$hunter2$$, $x$it's$x$, E'it\'s', $1, 42`, `SELECT ?, ?, ?, $1, ?`},
		{"oracle", `SELECT q'[it's]', N'x' FROM dual WHERE id = :id`, `SELECT ?, ? FROM dual WHERE id = :id`},
		{"mssql", `SELECT [name] FROM [p] WHERE x = N'it''s' AND y = 0xCAFE`, `SELECT [name] FROM [p] WHERE x = ? AND y = ?`},
		{"", `SELECT * FROM p WHERE n = 'O\'Brien', 'hunter2'`, `SELECT * FROM p WHERE n = ?`},
		{"", `SELECT "a"."id" FROM t WHERE n = "hunter2" -- for hunter3`, `SELECT "a"."id" FROM t WHERE n = ? --?`},
		{"", `INSERT INTO p VALUES ('cut sho`, `INSERT INTO p VALUES (?`},
		{"mongodb", `{"find": "users", "filter": {"name": "hunter2", "age": 42}}`, `{"find": ?, "filter": {"name": ?, "age": ?}}`},
		{"redis", `SET session:1 hunter2`, `SET ?`},
		{"mysql", `SELECT * FROM t1 WHERE id = ? AND x IN (?, ?)`, `SELECT * FROM t1 WHERE id = ? AND x IN (?, ?)`},
	} {
		if got := withoutLiterals(each.statement, dialects[each.system]); got != each.want {
			t.Errorf("%s: %s\n  is %s\nnot %s", each.system, each.statement, got, each.want)
		}
	}
}

// A service that makes up keys costs time, not memory; what is decided beyond the bound is decided all the same.
func TestKeysBeyondTheBoundAreNotRemembered(t *testing.T) {
	s := scrubberFor(t, &Config{})
	const bound = 10_000
	for n := range bound + 100 {
		s.decide(fmt.Sprintf("made.up.%d", n))
	}
	kept := 0
	s.keys.Range(func(any, any) bool { kept++; return true })
	if kept > bound {
		t.Errorf("%d keys are remembered, more than %d", kept, bound)
	}
	if !s.decide("a.new.password").sensitive {
		t.Error("a key beyond the bound is judged otherwise")
	}
}

// What is put in the place of an escape may complete another: one round of decoding would leave it.
func TestEscapesThatCompleteEachOther(t *testing.T) {
	s := scrubberFor(t, &Config{})
	for _, text := range []string{"a.b%4%30example.com", "a.b%4%3%30example.com", "a.b%2540example.com", "a.b%252540example.com"} {
		if got := decoded(text); got != secret {
			t.Errorf("%s is read as %s", text, got)
		}
		if masked := s.text("mail to " + text + " please"); decoded(masked) == "mail to "+secret+" please" {
			t.Errorf("%s was kept", text)
		}
	}
}

// Text in base64 in base64 in base64 is looked into, each layer of it.
func TestBase64InBase64InBase64(t *testing.T) {
	s := scrubberFor(t, &Config{})
	for _, text := range []string{"mail " + secret, strings.Repeat("mail to nobody at all, ", 100) + secret} {
		for layer := range 3 {
			text = base64.StdEncoding.EncodeToString([]byte(text))
			if s.text(text) == text {
				t.Errorf("%d layers hide an address in %d bytes", layer+1, len(text))
			}
		}
	}
}
