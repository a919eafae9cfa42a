package waitinglog

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.uber.org/zap"
)

// Name of a damaged file, behind its own: as of queues.
const damagedMark = ".damaged-"

// setAside renames a damaged segment, reports and counts it: the collector starts without it.
func (l *Log) setAside(path, why string) {
	aside := fmt.Sprintf("%s%s%d", path, damagedMark, time.Now().Unix())
	l.logger.Error("A file of the log of what waits is damaged and was set aside: spans of it may be lost",
		zap.String("file", path), zap.String("now", aside), zap.String("why", why))
	l.counts.damaged()
	if err := os.Rename(path, aside); err != nil {
		l.logger.Error("It could not be renamed", zap.Error(err))
	}
}

// salvage sets a damaged segment aside; what is whole of it takes its place. Where there is no room for that, it stays where it is,
// and is read as it is.
func (l *Log) salvage(path string, whole []byte) {
	made, changed := path+".whole", changedAt(path)
	if err := os.WriteFile(made, whole, 0o600); err != nil {
		l.logger.Error("A file of the log of what waits is damaged, and there is no room to set it aside", zap.String("file", path), zap.Error(err))
		l.counts.damaged()
		_ = os.Remove(made)
		return
	}
	l.setAside(path, "parts of it are no records")
	_ = os.Rename(made, path)
	_ = os.Chtimes(path, changed, changed)
}

// changedAt is when a file was last written to. Long ago: it cannot be told.
func changedAt(path string) (changed time.Time) {
	if info, err := os.Stat(path); err == nil {
		changed = info.ModTime()
	}
	return changed
}

// boundAside removes what was set aside long ago, beyond an eighth of the log's bytes.
func (l *Log) boundAside() {
	found, _ := filepath.Glob(filepath.Join(l.directory, "*"+suffix+damagedMark+"*"))
	room := l.limit / 8
	// Names begin with numbers that grow: the newest stand last.
	for i := len(found) - 1; i >= 0; i-- {
		info, err := os.Stat(found[i])
		if err != nil {
			continue
		}
		if room -= info.Size(); room < 0 {
			_ = os.Remove(found[i])
		}
	}
}

// ended is how many processes have ended with this log, and how many of them by a fault of their own. The next fault is written down.
func (l *Log) ended() (starts, faults int) {
	if before, err := os.ReadFile(filepath.Join(l.directory, startsName)); err == nil {
		_, _ = fmt.Sscan(string(before), &starts, &faults)
	}
	path := filepath.Join(l.directory, faultName)
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		faults++
	}
	if file, err := os.Create(path); err == nil {
		_ = debug.SetCrashOutput(file, debug.CrashOptions{})
		_ = file.Close()
	}
	return starts + 1, faults
}

// survived says that no span of the log ends a process.
func (l *Log) survived() {
	l.onTrial = false
	_ = os.Remove(filepath.Join(l.directory, startsName))
}
