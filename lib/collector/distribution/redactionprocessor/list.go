package redactionprocessor

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// The one list of what is masked, made of config/redaction/list.yaml by `npm run redaction:generate`.
//
//go:embed list.json
var listText []byte

// Examples of a kind.
type examples struct {
	Kind   string   `json:"kind"`
	Masked []string `json:"masked"`
	Kept   []string `json:"kept"`
}

type labelledRule struct {
	examples
	Label  string `json:"label"`
	Value  string `json:"value"`
	Refuse string `json:"refuse"`
	Check  string `json:"check"`
	Unless string `json:"unless"` // what stands before a label that is another one's
	// Bare values follow their label at once: what stands between is part of the pattern.
	Bare bool `json:"bare"`

	after, alone, refuse, unless *regexp.Regexp
}

type issuer struct {
	Prefixes []string `json:"prefixes"`
	Lengths  []int    `json:"lengths"`
	ranges   [][2]string
}

type numberRule struct {
	examples
	issuer
	Check   string          `json:"check"`
	Shapes  json.RawMessage `json:"shapes"`
	Issuers []issuer        `json:"issuers"`
	Only    string          `json:"only"`

	shapes map[string]bool // nil: any
}

type tokenRule struct {
	examples
	Prefixes []string `json:"prefixes"`
	Chars    string   `json:"chars"`
	Min      int      `json:"min"`
	Max      int      `json:"max"`
}

type list struct {
	Mask string `json:"mask"`
	Keys struct {
		Sensitive string `json:"sensitive"`
		Harmless  string `json:"harmless"`
		AsWritten string `json:"asWritten"`
	} `json:"keys"`
	Labels   map[string][]string `json:"labels"`
	Labelled []*labelledRule     `json:"labelled"`
	Numbers  []*numberRule       `json:"numbers"`
	Tokens   []*tokenRule        `json:"tokens"`
	Others   []examples          `json:"others"`
	Ibans    string              `json:"ibans"`
	Surnames string              `json:"surnames"`
	Streets  struct {
		Latin []string `json:"latin"`
		Han   []string `json:"han"`
	} `json:"streets"`

	// By length of the number: what it could be.
	byLength   [maxNumber + 1][]numberIssuer
	ibans      map[string]int
	surnames   map[rune]bool
	amounts    map[string]bool
	hanAmounts []string
	words      []keyword
	automaton  *automaton

	sensitive, harmless, asWritten *regexp.Regexp
	latinStreet, hanStreet, floor  *regexp.Regexp
}

type numberIssuer struct {
	rule   *numberRule
	ranges [][2]string
}

// What a keyword is there for.
type purpose uint8

const (
	forLabel  purpose = iota // index: group of labelled rules
	forSecret                // what follows may be a secret
	forToken                 // index: token rule
	forBearer
	forBasic
	forPrivateKey
	forLatinStreet
	forHanStreet
	forURL
	forStatement
	forFloor
	forCopy
)

type keyword struct {
	text    string
	purpose purpose
	rules   []*labelledRule
	token   *tokenRule
	latin   bool
}

// Words between a label and its value.
const filler = `^s?\.?["'` + "`" + `\\]{0,3}[ \t\r\n_-]{0,3}(?:(?i:no|num|number|nr|is|was|to|from|of|for|id|code|called|name|holder|with|value|card|account|ending|about|user|customer|identifier|proxy|addr|address|ip|on|at)\b[.:]?[ \t\r\n_]{0,3}["']?|识别码|識別碼|号码|號碼|号|號|为|為|是|码|碼)*["'\\]{0,3}[ \t\r\n]{0,3}(?:=>|:=|[:=#>-])?[ \t\r\n]{0,3}["'(\[\\]{0,3}(`

var shared = sync.OnceValue(func() *list {
	l := &list{}
	if err := json.Unmarshal(listText, l); err != nil {
		panic(fmt.Errorf("list.json: %w", err))
	}
	l.prepare()
	return l
})

func (l *list) prepare() {
	l.sensitive = regexp.MustCompile(l.Keys.Sensitive)
	l.harmless = regexp.MustCompile(l.Keys.Harmless)
	l.asWritten = regexp.MustCompile(`(?i)` + l.Keys.AsWritten)
	l.surnames, l.amounts, l.ibans = map[rune]bool{}, map[string]bool{}, map[string]int{}
	for _, each := range strings.Fields(l.Ibans) {
		l.ibans[each[:2]], _ = strconv.Atoi(each[2:])
	}
	for _, name := range l.Surnames {
		l.surnames[name] = true
	}
	for _, word := range l.Labels["amount"] {
		if l.amounts[word] = true; word[0] >= 0x80 {
			l.hanAmounts = append(l.hanAmounts, word)
		}
	}
	for _, rule := range l.Numbers {
		rule.prepare()
		for _, each := range append(rule.Issuers, rule.issuer) {
			for _, length := range each.Lengths {
				l.byLength[length] = append(l.byLength[length], numberIssuer{rule, rangesOf(each.Prefixes)})
			}
		}
	}
	groups := map[string][]*labelledRule{}
	for _, rule := range l.Labelled {
		between := filler
		if rule.Bare {
			between = `^(`
		}
		rule.after = regexp.MustCompile(between + rule.Value + `)`)
		rule.alone = regexp.MustCompile(`^\s*(` + rule.Value + `)`)
		if rule.Refuse != "" {
			rule.refuse = regexp.MustCompile(rule.Refuse)
		}
		if rule.Unless != "" {
			rule.unless = regexp.MustCompile(rule.Unless)
		}
		groups[rule.Label] = append(groups[rule.Label], rule)
	}
	add := func(words []string, k keyword) {
		for _, word := range words {
			k.text, k.latin = word, isAlnum(word[0])
			l.words = append(l.words, k)
		}
	}
	for group, rules := range groups {
		add(l.Labels[group], keyword{purpose: forLabel, rules: rules})
	}
	for _, word := range l.Labels["secret"] {
		add([]string{word}, keyword{purpose: forSecret})
		if dashed := strings.ReplaceAll(word[1:], "_", "-"); dashed != word[1:] {
			add([]string{word[:1] + dashed}, keyword{purpose: forSecret}) // of headers
		}
	}
	for _, token := range l.Tokens {
		add(token.Prefixes, keyword{purpose: forToken, token: token})
	}
	add([]string{"bearer"}, keyword{purpose: forBearer})
	add([]string{"basic"}, keyword{purpose: forBasic})
	add([]string{"-----begin "}, keyword{purpose: forPrivateKey})
	add([]string{"://"}, keyword{purpose: forURL})
	add([]string{"select ", "select\n", "insert into ", "replace into ", "update ", "delete from ", "merge into ", "exec ", "execute ", "call "}, keyword{purpose: forStatement})
	add([]string{"from stdin"}, keyword{purpose: forCopy})
	add([]string{"/f"}, keyword{purpose: forFloor})
	add(l.Streets.Latin, keyword{purpose: forLatinStreet})
	add(l.Streets.Han, keyword{purpose: forHanStreet})
	l.automaton = newAutomaton(l.words)

	l.latinStreet = regexp.MustCompile(`(?:\b(?i:flat|rm|room|unit|suite|shop|block|blk|house)\.? ?[0-9A-Z][0-9A-Z/-]{0,5},? ?[^\n;"']{0,48}?|\b)(?:(?:\d{1,3}/F|G/F|\d{1,2}(?:st|nd|rd|th) Floor|Floor \d+),? ?[^\n;"']{0,40}?)?\b(?:\d{1,4}[A-Z]?(?:-\d{1,4}[A-Z]?)?,? )(?:(?:[A-Z][\w'.]*|[A-Z]+) ){1,4}(?i:` +
		strings.Join(l.Streets.Latin, "|") + `)\b\.?(?:(?:, | )(?:[A-Z][a-z]+(?: [A-Z][a-z]+){0,3}|[A-Z]{2,}|\d{5,6})){0,4}`)
	l.floor = regexp.MustCompile(`\b(?i:flat|rm|room|unit|suite|shop)\.? ?[0-9A-Z][0-9A-Z/-]{0,5}, ?(?:\d{1,3}|G|UG|LG)/F\b[^\n;"']{0,60}|\b(?:\d{1,3}|G|UG|LG)/F,? ?(?i:flat|rm|room|unit|suite|shop|block|tower)\b[^\n;"']{0,60}`)
	l.hanStreet = regexp.MustCompile(`(?:[\x{4e00}-\x{9fff}]{2,8}(?:省|市|区|區|县|縣|镇|鎮|州|港|島|岛|龍|龙)){0,4}[\x{4e00}-\x{9fff}0-9A-Za-z]{1,12}(?:路|街|道|村|园|園|邨|苑|城|广场|廣場|大厦|大廈|花园|花園|里|巷|弄)(?:[\x{4e00}-\x{9fff}]{0,6}[0-9A-Za-z零一二三四五六七八九十-]{1,6}(?:号|號|栋|棟|幢|座|楼|樓|室|层|層|单元|單元|弄|期)?){1,5}(?:[\x{4e00}-\x{9fff}]{0,8}[0-9A-Za-z]{1,5}(?:室|楼|樓|座|号|號))?`)
}

func (n *numberRule) prepare() {
	var shapes []string
	if err := json.Unmarshal(n.Shapes, &shapes); err == nil {
		n.shapes = map[string]bool{}
		for _, shape := range shapes {
			n.shapes[shape] = true
		}
	}
}

// rangesOf reads "51-55" as from "51" to "55", and "4" as from and to itself.
func rangesOf(prefixes []string) (ranges [][2]string) {
	for _, prefix := range prefixes {
		from, to, found := strings.Cut(prefix, "-")
		if !found {
			to = from
		}
		if _, err := strconv.Atoi(from); err != nil || len(from) != len(to) {
			panic("list.json: prefix " + prefix)
		}
		ranges = append(ranges, [2]string{from, to})
	}
	return ranges
}

func inRanges(digits string, ranges [][2]string) bool {
	for _, each := range ranges {
		if head := digits[:min(len(each[0]), len(digits))]; head >= each[0] && head <= each[1] {
			return true
		}
	}
	return false
}
