package redactionprocessor

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
)

// maker makes values of a kind, each in one of its spellings, and the texts in which they come.
type maker struct {
	make  func(r *rand.Rand) string
	texts []string // "" is everywhere
}

var anywhere = []string{
	"", "no record for %s", "客户 %s 失败", "%s: declined", "{\"v\":\"%s\",\"n\":1}", "('%s',)", "value=%s&next=1", "/v1/things/%s/detail",
	"[%s]", "error: <%s>", "处理%s时出错", "ref_%s", "\"%s\"", "a,%s,b", "retry 3 of 5 for %s; giving up", "got %s\nthen nothing",
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func digits(r *rand.Rand, n int) string { return chars(r, n, "0123456789") }

func chars(r *rand.Rand, n int, of string) string {
	var out strings.Builder
	for range n {
		out.WriteByte(of[r.IntN(len(of))])
	}
	return out.String()
}

const alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// secretText has letters of both cases and digits, as a key has.
func secretText(r *rand.Rand, n int) string { return "aQ7" + chars(r, n-3, alnum) }

func grouped(s, separator string, sizes ...int) string {
	var parts []string
	for _, size := range sizes {
		size = min(size, len(s))
		parts = append(parts, s[:size])
		s = s[size:]
	}
	if s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, separator)
}

func card(r *rand.Rand) string {
	length, prefix := 16, pick(r, "4", "51", "55", "2221", "2720", "62", "621", "3530", "6011", "65", "6759")
	switch r.IntN(5) {
	case 0:
		length, prefix = 15, pick(r, "34", "37")
	case 1:
		length, prefix = 14, pick(r, "301", "36", "38")
	case 2:
		length, prefix = pick(r, 17, 18, 19), "62"
	}
	body := prefix + digits(r, length-1-len(prefix))
	for check := byte('0'); check <= '9'; check++ {
		if luhn(body + string(check)) {
			body += string(check)
			break
		}
	}
	separator := pick(r, "", "", " ", "-", ".", "_", "\t", "\u00a0", "–")
	switch {
	case separator == "":
		return body
	case length == 15:
		return grouped(body, separator, 4, 6, 5)
	case length == 14:
		return grouped(body, separator, 4, 6, 4)
	case length == 19:
		return pick(r, grouped(body, separator, 4, 4, 4, 4, 3), grouped(body, separator, 6, 4, 4, 5), grouped(body, separator, 6, 13))
	case length > 16:
		return grouped(body, separator, 4, 4, 4, 4, 3)
	}
	return grouped(body, separator, 4, 4, 4, 4)
}

func mainland(r *rand.Rand) string {
	body := pick(r, "110101", "310115", "440301", "810000", "350206", "650102") + fmt.Sprintf("%d%02d%02d", 1940+r.IntN(70), 1+r.IntN(12), 1+r.IntN(28)) + digits(r, 3)
	for _, check := range "0123456789X" {
		if isMainlandNumber(body + string(check)) {
			body += string(check)
			break
		}
	}
	return pick(r, body, body, strings.ToLower(body), grouped(body, "-", 6, 8, 4), grouped(body, " ", 6, 4, 4, 4), grouped(body, " ", 6, 8, 4))
}

func hkidValue(r *rand.Rand, letters int) (string, string) {
	body := chars(r, letters, "ABCDEFGHKMPRSVWXYZ") + digits(r, 6)
	for _, check := range "0123456789A" {
		if isHkid(body, string(check)) {
			return body, string(check)
		}
	}
	panic(body)
}

func hkidText(r *rand.Rand) string {
	body, check := hkidValue(r, pick(r, 1, 1, 2))
	letters, number := strings.TrimRight(body, "0123456789"), body[len(body)-6:]
	return pick(r, body+"("+check+")", strings.ToLower(body)+"("+check+")", body+" ("+check+")", letters+" "+number+"("+check+")", letters+" "+number+" ("+check+")",
		body+"-"+check, letters+"-"+number+"-"+check, letters+number[:3]+" "+number[3:]+"("+check+")", body+"（"+check+"）", body+"["+check+"]")
}

func mobile(r *rand.Rand) string {
	number := "1" + digits1(r, "3456789") + digits(r, 9)
	return pick(r, number, number, "+86"+number, "+86 "+number, "0086"+number, "86"+number, "+86-"+number, grouped(number, "-", 3, 4, 4), grouped(number, " ", 3, 4, 4),
		grouped(number, " ", 3, 3, 5), "+86 "+grouped(number, " ", 3, 4, 4), "(+86) "+number, "(86)"+number, grouped(number, ".", 3, 4, 4), "+86 "+grouped(number, "-", 3, 4, 4))
}

func digits1(r *rand.Rand, of string) string { return chars(r, 1, of) }

func hongKongPhone(r *rand.Rand) string {
	number := digits1(r, "235689") + digits(r, 7)
	split := number[:4] + pick(r, " ", "-") + number[4:]
	return pick(r, "+852"+number, "+852 "+number, "+852 "+split, "+852-"+split, "(852) "+split, "(852)"+number, "852-"+split, "852 "+split, "00852"+number, "852"+number, "(+852) "+split, "+(852) "+split)
}

var kinds = map[string]maker{
	"card":           {card, anywhere},
	"resident id":    {mainland, anywhere},
	"hkid":           {hkidText, anywhere},
	"mainland phone": {mobile, anywhere},
	"hk phone":       {hongKongPhone, anywhere},
	"other phones": {func(r *rand.Rand) string {
		return pick(r, "+853 6"+digits(r, 3)+" "+digits(r, 4), "+886 9"+digits(r, 2)+" "+digits(r, 3)+" "+digits(r, 3), "+44 7700 9"+digits(r, 5), "+65 9"+digits(r, 3)+" "+digits(r, 4), "+1 (415) 555-"+digits(r, 4), "010-6"+digits(r, 7), "0755-2"+digits(r, 7), "+86 21 6"+digits(r, 3)+" "+digits(r, 4))
	}, anywhere},
	"labelled phone": {func(r *rand.Rand) string {
		n := digits1(r, "23569") + digits(r, 7)
		return pick(r, n, n[:4]+" "+n[4:], n[:4]+"-"+n[4:])
	}, []string{"mobile: %s", "sms to %s failed", "phone=%s", "call %s", "tel. %s", "电话：%s", "手机号码 %s", "WhatsApp %s", "contact no. %s", "聯絡電話：%s"}},
	"labelled hkid": {func(r *rand.Rand) string {
		body, check := hkidValue(r, pick(r, 1, 2))
		return pick(r, body+check, strings.ToLower(body+check))
	}, []string{"hkid=%s", "HKID: %s", "kyc id=%s ok", "identity card no. %s", "身份證號碼：%s", "customer %s rejected", "hkid number %s"}},
	"passport": {func(r *rand.Rand) string {
		return pick(r, "K"+digits(r, 8), "KJ"+digits(r, 7), "EA"+digits(r, 7), "E"+digits(r, 8), "H"+digits(r, 10), "C"+digits(r, 8), "L"+digits(r, 8))
	}, []string{"passport %s", "passport no. %s expired", "permit %s", "护照号码：%s", "travel document %s", "回乡证 %s", "passport=%s", "Passport Number: %s"}},
	"bank account": {func(r *rand.Rand) string {
		return pick(r, "012-"+digits(r, 3)+"-"+digits(r, 1)+"-"+digits(r, 6), "024-"+digits(r, 3)+"-"+digits(r, 6)+"-"+digits(r, 3), digits(r, 12), "6228"+digits(r, 15), "GB29NWBK60161331926819")
	}, []string{"account %s", "credit to %s failed", "acct no. %s", "账号：%s", "transfer to %s", "beneficiary account %s", "戶口 %s", "account number: %s", "a/c %s"}},
	"fps, octopus": {func(r *rand.Rand) string { return digits1(r, "123456789") + digits(r, 6) }, []string{"FPS %s", "FPS ID: %s", "轉數快 %s", "fps id %s"}},
	"email": {func(r *rand.Rand) string {
		return pick(r, "chan.tm", "li_ming+pay", "o'brien", "陳大文", "李明", "USER.NAME", "x", "a-b_c") + digits(r, r.IntN(3)) + "@" + pick(r, "example.com", "mail.example.com.hk", "163.com", "qq.com", "例子.中国", "sub.EXAMPLE.NET", "xn--fiq228c.cn")
	}, anywhere},
	"token": {func(r *rand.Rand) string {
		return pick(r, "AKIA"+chars(r, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), "ASIA"+chars(r, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), "AIza"+secretText(r, 35), "LTAI5t"+secretText(r, 18), "AKID"+secretText(r, 32), "sk_live_"+secretText(r, 24), "rk_test_"+secretText(r, 24),
			"ghp_"+secretText(r, 36), "github_pat_"+secretText(r, 40), "glpat-"+secretText(r, 20), "xoxb-"+digits(r, 12)+"-"+secretText(r, 24), "sk-proj-"+secretText(r, 40), "sk-"+secretText(r, 48), "sk-ant-api03-"+secretText(r, 40), "npm_"+secretText(r, 36), "wx"+chars(r, 16, "0123456789abcdef"), "ya29."+secretText(r, 30), "hf_"+secretText(r, 34),
			"eyJ"+secretText(r, 20)+".eyJ"+secretText(r, 24)+"."+secretText(r, 20))
	}, []string{"", "no record for %s", "{\"v\":\"%s\"}", "using %s", "key: %s", "('%s',)", "credential %s rejected", "令牌 %s 无效", "curl -H 'X: %s' h"}},
	"bearer, basic": {func(r *rand.Rand) string {
		if r.IntN(2) == 0 {
			return pick(r, "Bearer ", "bearer ", "BEARER ") + secretText(r, 24)
		}
		return pick(r, "Basic ", "basic ") + base64.StdEncoding.EncodeToString([]byte("user:"+secretText(r, 8)))
	}, []string{"", "sent %s upstream", "header %s", "Authorization: %s", "'%s'"}},
	"secret in text": {func(r *rand.Rand) string { return secretText(r, 8+r.IntN(16)) }, []string{
		"password=%s", "login(user='chan', password='%s')", "user=chan&client_secret=%s&x=1", "{\"accessToken\": \"%s\"}", "host=db user=pay password=%s dbname=pay", "Cookie: sid=%s", "Set-Cookie: JSESSIONID=%s; Path=/",
		"mysql --password %s -h db", "mysql --password=%s", "[\"--token\", \"%s\"]", "api_key: %s", "X-Api-Key: %s", "PGPASSWORD=%s psql", "clientSecret => '%s'", "password is %s", "secret %s", "{'db_password': '%s'}", "pay:%s@tcp(db:3306)/x", "scott/%s@db:1521",
		"<password>%s</password>", "pwd=%s;server=x", "AWS_SECRET_ACCESS_KEY=%s", "private_key=%s", "auth_token: \"%s\"", "{\"refreshToken\":\"%s\"}", "passphrase '%s'", "redis://:%s@cache:6379/0", "IDENTIFIED BY '%s'", "\"password\" : \"%s\"", "密码：%s", "dbPassword=%s", "user.credentials=%s",
	}},
	"person": {func(r *rand.Rand) string {
		return pick(r, "李明", "陳大文", "王小丽", "歐陽菲", "Chan Tai Man", "CHAN Tai Man", "Wong Siu-Ming", "LEE, Ka Shing")
	}, []string{"account holder %s not found", "payee: %s", "收款人：%s", "持卡人 %s", "beneficiary %s", "cardholder=\"%s\"", "姓名：%s", "recipient %s rejected"}},
	"address": {func(r *rand.Rand) string {
		return pick(r, "Flat 3B, 12/F, 88 Nathan Road, Tsim Sha Tsui", "Room 1201, 1 Queen's Road Central", "广东省深圳市南山区科技园1栋502", "香港九龍彌敦道88號12樓3B室", "北京市朝阳区建国路88号", "Unit 5, 3/F, 12 Des Voeux Road West, Sheung Wan", "上海市浦东新区世纪大道100号20楼", "25 Harbour Road, Wan Chai")
	}, []string{"ship to %s", "address: %s", "地址：%s", "delivery %s failed", "{\"addr\":\"%s\"}"}},
	"date of birth": {func(r *rand.Rand) string {
		return fmt.Sprintf("%d-%02d-%02d", 1940+r.IntN(70), 1+r.IntN(12), 1+r.IntN(28))
	}, []string{"dob=%s", "date of birth: %s", "born %s", "出生日期：%s", "birthday %s"}},
	"client address": {func(r *rand.Rand) string { return "203.0.113." + digits1(r, "123456789") + digits(r, 1) }, []string{"client %s", "X-Forwarded-For: %s", "remote_addr=%s", "login from ip %s"}},
	"plate": {func(r *rand.Rand) string {
		return pick(r, "AB "+digits(r, 4), "XY"+digits(r, 3), "粤B"+chars(r, 5, "0123456789ABCDEFGH"))
	}, []string{"plate %s", "车牌：%s", "vehicle %s", "licence plate %s"}},
}

var harmless = []func(r *rand.Rand) string{
	func(r *rand.Rand) string { return pick(r, "1", "2", "3", "4", "5", "6", "7", "8", "9") + digits(r, 18) },
	func(r *rand.Rand) string { return digits1(r, "123456789") + digits(r, 15) },
	func(r *rand.Rand) string { return digits1(r, "23456789") + digits(r, 12) },
	func(r *rand.Rand) string { return "17" + digits(r, 8) },
	func(r *rand.Rand) string { return "17" + digits(r, 11) },
	func(r *rand.Rand) string { return "17" + digits(r, 17) },
	func(r *rand.Rand) string { return chars(r, 32, "0123456789abcdef") },
	func(r *rand.Rand) string { return chars(r, 16, "0123456789abcdef") },
	func(r *rand.Rand) string { return chars(r, 40, "0123456789abcdef") },
	func(r *rand.Rand) string {
		h := chars(r, 32, "0123456789abcdef")
		return grouped(h, "-", 8, 4, 4, 4, 12)
	},
	func(r *rand.Rand) string {
		return pick(r, "ORD-", "SO", "TX", "PO-", "RF", "INV-2026-", "AB") + digits(r, 7)
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("2026%02d%02d%s", 1+r.IntN(12), 1+r.IntN(28), digits(r, pick(r, 6, 8, 12, 20)))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("10.%d.%d.%d:%d", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(65536))
	},
	func(r *rand.Rand) string { return fmt.Sprintf("v%d.%d.%d", r.IntN(20), r.IntN(40), r.IntN(3000)) },
	func(r *rand.Rand) string {
		return fmt.Sprintf("HKD %d,%03d,%03d.%02d", r.IntN(99), r.IntN(1000), r.IntN(1000), r.IntN(100))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("2026-11-%02dT%02d:%02d:%02d.%sZ", 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), digits(r, 9))
	},
	func(r *rand.Rand) string {
		return "payment-" + chars(r, 10, "bcdfghjklmnpqrstvwxz2456789") + "-" + chars(r, 5, "bcdfghjklmnpqrstvwxz2456789")
	},
	func(r *rand.Rand) string {
		return base64.StdEncoding.EncodeToString([]byte(chars(r, 32, "\x00\x01\x80\xfe\xff\x10\x99\xc3\xab\x77")))
	},
	func(r *rand.Rand) string { return "i-0" + chars(r, 16, "0123456789abcdef") },
	func(r *rand.Rand) string { return "sha256:" + chars(r, 64, "0123456789abcdef") },
	func(r *rand.Rand) string {
		return fmt.Sprintf("offset=%s partition=%d", digits1(r, "123456789")+digits(r, 12), r.IntN(64))
	},
	func(r *rand.Rand) string {
		return pick(r, "connection reset by peer", "SELECT id, name FROM accounts WHERE status = ?", "GET /v1/cards/{card_id}/limits", "password must have 12 characters", "token expired", "invalid token", "user not found", "card declined: insufficient funds", "rate limit: 100 tokens per second", "token_count=512", "next_page_token missing",
			"Basic authentication failed", "bearer of bad news", "call to payment-service timed out after 30000 ms", "phone verification required", "account type mismatch", "permit denied by policy", "customer service unavailable", "client 10.2.3.4 disconnected", "id=12345", "客户不存在", "订单已创建，请稍候", "姓名不能为空", "密码错误", "python-httpx/0.28.1",
			"upstream prematurely closed connection while reading response header from upstream", "File \"/app/pay/service.py\", line 1234, in settle", "kafka-0.kafka-headless.pay.svc.cluster.local:9092", "cookie policy accepted", "secret rotation finished", "postgresql://db.internal:5432/orders", "image registry.internal/pay@sha256:"+chars(r, 64, "0123456789abcdef"), "at com.example.Pay$Settle@1a2b3c4d", "POST /v1/payments 201 in 13.812345678 s")
	},
}

// Lines that nobody wrote by hand; of each three, one is kept back while rules are made (`-back`).
func generatedLines(perKind int, seed uint64) (lines []line) {
	r := rand.New(rand.NewPCG(seed, 19))
	for kind, maker := range kinds {
		own := fnv.New64()
		own.Write([]byte(kind))
		r := rand.New(rand.NewPCG(seed, own.Sum64()))
		for range perKind {
			value, text := maker.make(r), pick(r, maker.texts...)
			if text == "" {
				text = "%s"
			}
			lines = append(lines, line{"kill", kind, value, strings.Replace(text, "%s", value, 1)})
		}
	}
	for range perKind {
		for _, make := range harmless {
			lines = append(lines, line{"keep", "generated", "", strings.Replace(pick(r, "%s", "for %s.", "x=%s", "id '%s'", "处理 %s 完成"), "%s", make(r), 1)})
		}
	}
	return lines
}

func TestGeneratedCorpus(t *testing.T) {
	recall, falsePositives := report(t, "generated", generatedLines(100, *seed))
	if recall.part() < 0.95 {
		t.Errorf("recall %s, promised 95 %%", recall)
	}
	if falsePositives.part() > 0.02 {
		t.Errorf("false positives %s, promised 2 %%", falsePositives)
	}
}
