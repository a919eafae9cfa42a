package redactionprocessor

import (
	"crypto/hmac"
	"crypto/sha256"
	"regexp"
	"strings"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Letters only, so that no pattern of sensitive values finds one in a pseudonym.
const (
	pseudonymPrefix = "hmac:"
	letters         = "abcdefghijklmnop"
	// Half of SHA-256: 128 bits.
	pseudonymBytes = 16
)

// A pseudonym that another tier made stays as it is: the gateway sees what the agent wrote.
var isPseudonym = regexp.MustCompile(`^hmac:[a-p]{32}$`)

// pseudonyms makes the same pseudonym of the same value as long as the secret is the same.
type pseudonyms struct {
	secret []byte
	keys   map[string]struct{}
}

func newPseudonyms(keys []string, secret configopaque.String) pseudonyms {
	p := pseudonyms{secret: []byte(secret), keys: map[string]struct{}{}}
	for _, key := range keys {
		p.keys[key] = struct{}{}
	}
	return p
}

func (p pseudonyms) has(key string) bool {
	_, ok := p.keys[key]
	return ok
}

// of the value as text. Space around it is no part of it.
func (p pseudonyms) of(value pcommon.Value) string {
	text := strings.TrimSpace(value.AsString())
	if isPseudonym.MatchString(text) {
		return text
	}
	mac := hmac.New(sha256.New, p.secret)
	mac.Write([]byte(text))
	var out strings.Builder
	out.WriteString(pseudonymPrefix)
	for _, b := range mac.Sum(nil)[:pseudonymBytes] {
		out.WriteByte(letters[b>>4])
		out.WriteByte(letters[b&15])
	}
	return out.String()
}
