package waitinglog

import (
	"bytes"
	"slices"
	"testing"
)

func sealed(kind byte, number uint64, held string) []byte {
	record := append(header(), held...)
	seal(record, kind, number, sum(record))
	return record
}

func three() []byte {
	return slices.Concat(sealed(kindCounted, 7, ""), sealed(kindBatch, 8, "a batch of spans"), sealed(kindRefused, 0, "0123456789abcdef"))
}

func TestRecordsAreReadAsTheyWereWritten(t *testing.T) {
	found, damaged := read(three())
	if damaged || len(found) != 3 || found[0].number != 7 || found[1].kind != kindBatch || string(found[1].held) != "a batch of spans" {
		t.Errorf("%v %v", found, damaged)
	}
}

func TestTheBeginningOfARecordIsAKillAndNoDamage(t *testing.T) {
	whole := three()
	first := len(sealed(kindCounted, 7, ""))
	for end := range whole {
		found, damaged := read(whole[:end])
		if damaged {
			t.Fatalf("the first %d bytes are taken for damage", end)
		}
		if (end >= first) != (len(found) > 0) {
			t.Fatalf("%d records in the first %d bytes", len(found), end)
		}
	}
}

func TestEveryFlippedByteIsFoundAndCostsOneRecord(t *testing.T) {
	for at := range three() {
		data := three()
		data[at] ^= 0x41
		found, damaged := read(data)
		// In the last record a length that grew looks like a kill: but its header has a sum of its own.
		if !damaged || len(found) != 2 {
			t.Errorf("byte %d: %d records, damaged %v", at, len(found), damaged)
		}
	}
}

func TestZeroesAreDamage(t *testing.T) {
	data := three()
	if found, damaged := read(append(data, make([]byte, 4096)...)); !damaged || len(found) != 3 {
		t.Errorf("%d records, damaged %v", len(found), damaged)
	}
	if found, damaged := read(append(make([]byte, 4096), data...)); !damaged || len(found) != 3 {
		t.Errorf("%d records, damaged %v", len(found), damaged)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(three())
	f.Add([]byte(magic))
	f.Add(bytes.Repeat([]byte{255}, 256)) // the longest name of a policy
	f.Add(bytes.Repeat([]byte(magic), 20))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, damaged := read(data)
		var raw []byte
		for _, one := range found {
			again := append(header(), one.held...)
			seal(again, one.kind, one.number, sum(again))
			if !bytes.Equal(again, one.raw) {
				t.Error("a record is not what was read")
			}
			raw = append(raw, one.raw...)
			if one.kind == kindReleased {
				readReleased(one.held, func(string, spanKey) {})
			}
			if one.kind == kindBatch {
				_, _ = unpack(one.held)
			}
		}
		// What was salvaged is whole.
		if again, damaged := read(raw); damaged || len(again) != len(found) {
			t.Errorf("%d of %d records are left, damaged %v", len(again), len(found), damaged)
		}
		if !damaged && len(data)-len(raw) > headerBytes+longest {
			t.Error("more than one record was passed over")
		}
		// Whole records behind whatever this is are found.
		behind, _ := read(slices.Concat(data, []byte("no record"), three()))
		if len(behind) < 3 && !bytes.Contains(data, []byte(magic)) {
			t.Errorf("%d records", len(behind))
		}
		readReleased(data, func(string, spanKey) {})
	})
}
