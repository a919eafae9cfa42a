package waitinglog

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A record: magic, kind, number, length, sum of what it holds, sum of all before. Numbers are little-endian.
const (
	magic       = "HLw1"
	headerBytes = len(magic) + 1 + 8 + 4 + 4 + 4
	// No record is longer: a message that a sampler takes has 8 MiB.
	longest = 64 << 20
)

const (
	// A batch of spans: OTLP, packed by s2. Its number is the batch's.
	kindBatch byte = 'b'
	// Spans that were handed on: policy, trace and span ids.
	kindReleased byte = 'r'
	// Traces that are not kept.
	kindRefused byte = 'n'
	// Every batch up to its number is counted.
	kindCounted byte = 'c'
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type record struct {
	kind   byte
	number uint64
	held   []byte
	// The whole of it, as it stands in the file.
	raw []byte
}

// header is room for a record's header; seal fills it in.
func header() []byte { return make([]byte, headerBytes) }

// sum of what a record holds: everything behind its header.
func sum(record []byte) uint32 { return crc32.Checksum(record[headerBytes:], castagnoli) }

// seal writes the header of a record that has room for one. The sum of what it holds is given: it costs most, and is made
// before anything is locked.
func seal(record []byte, kind byte, number uint64, sum uint32) {
	at := copy(record, magic)
	record[at] = kind
	binary.LittleEndian.PutUint64(record[at+1:], number)
	binary.LittleEndian.PutUint32(record[at+9:], uint32(len(record)-headerBytes))
	binary.LittleEndian.PutUint32(record[at+13:], sum)
	binary.LittleEndian.PutUint32(record[at+17:], crc32.Checksum(record[:at+17], castagnoli))
}

// read finds every whole record of a segment. What belongs to none is damage, unless it is the beginning of a record at the
// end: so far a process came that was killed while it wrote.
func read(data []byte) (found []record, damaged bool) {
	for len(data) > 0 {
		one, whole, torn := first(data)
		switch {
		case whole:
			found = append(found, one)
			data = data[len(one.raw):]
		case torn:
			return found, damaged
		default:
			damaged = true
			next := bytes.Index(data[1:], []byte(magic))
			if next < 0 {
				return found, damaged
			}
			data = data[1+next:]
		}
	}
	return found, damaged
}

// first looks at the record with which data begins.
func first(data []byte) (one record, whole, torn bool) {
	if len(data) < headerBytes {
		head := data[:min(len(data), len(magic))]
		return one, false, bytes.HasPrefix([]byte(magic), head)
	}
	at := len(magic)
	if string(data[:at]) != magic || binary.LittleEndian.Uint32(data[at+17:]) != crc32.Checksum(data[:at+17], castagnoli) {
		return one, false, false
	}
	length := int(binary.LittleEndian.Uint32(data[at+9:]))
	if length > longest {
		return one, false, false
	}
	if len(data) < headerBytes+length {
		return one, false, true
	}
	raw := data[:headerBytes+length]
	if sum(raw) != binary.LittleEndian.Uint32(data[at+13:]) {
		return one, false, false
	}
	return record{kind: data[at], number: binary.LittleEndian.Uint64(data[at+1:]), held: raw[headerBytes:], raw: raw}, true, false
}
