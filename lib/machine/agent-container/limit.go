package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// burst is what may be sent at once, in bytes: as the rule of a server's packet filter.
const burst = 131_072

// relay hands connections on to one address. TLS passes through it unread: only lengths count.
type relay struct {
	to      string
	limiter *rate.Limiter // of what is sent; nil: unbounded
	sent    atomic.Int64
}

func bounded(to string, kilobits int) *relay {
	return &relay{to: to, limiter: rate.NewLimiter(rate.Limit(kilobits*1000/8), burst)}
}

// serve takes connections until the context ends.
func (r *relay) serve(ctx context.Context, listener net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	for {
		from, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		go r.connect(ctx, from)
	}
}

func (r *relay) connect(ctx context.Context, from net.Conn) {
	defer func() { _ = from.Close() }()
	dialer := net.Dialer{Timeout: 10 * time.Second}
	to, err := dialer.DialContext(ctx, "tcp", r.to)
	if err != nil {
		say("%s cannot be reached: %v", r.to, err)
		return
	}
	defer func() { _ = to.Close() }()
	// Where one way ends, so does the other: neither end leaves half a connection.
	ended := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(to, r.bound(ctx, from)); ended <- struct{}{} }()
	go func() { _, _ = io.Copy(from, to); ended <- struct{}{} }()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// bound reads no faster than may be sent: the sender's TCP slows down, and spans wait in its queue on disk.
func (r *relay) bound(ctx context.Context, from io.Reader) io.Reader {
	return readerFunc(func(buffer []byte) (int, error) {
		if len(buffer) > 16*1024 {
			buffer = buffer[:16*1024]
		}
		n, err := from.Read(buffer)
		if n > 0 && r.limiter != nil {
			if err := r.limiter.WaitN(ctx, n); err != nil {
				return 0, err
			}
		}
		r.sent.Add(int64(n))
		return n, err
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(buffer []byte) (int, error) { return f(buffer) }

// report tells the collector's receiver of its own metrics every so often what was sent, as bandwidth.sh does.
func (r *relay) report(ctx context.Context, url string, every time.Duration) {
	before, since := r.sent.Load(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		after, now := r.sent.Load(), time.Now()
		kilobits := float64(after-before) * 8 / 1000 / now.Sub(since).Seconds()
		if err := send(ctx, url, int64(kilobits)); err == nil {
			before, since = after, now
		}
	}
}

func send(ctx context.Context, url string, kilobits int64) error {
	host, _ := os.Hostname()
	body := fmt.Sprintf(`{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.instance.id","value":{"stringValue":%q}}]},`+
		`"scopeMetrics":[{"metrics":[{"name":"harbourline.agent.egress","unit":"kbit/s","gauge":{"dataPoints":[`+
		`{"timeUnixNano":"%d","asInt":"%d"}]}}]}]}]}`, host, time.Now().UnixNano(), kilobits)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	request.Header.Set("content-type", "application/json")
	return succeeds(request)
}

func succeeds(request *http.Request) error {
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= 300 {
		return errors.New(answer.Status)
	}
	return nil
}
