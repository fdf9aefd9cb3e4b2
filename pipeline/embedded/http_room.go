package embedded

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// ErrNoRoom is what [CheckRoom] returns of a disk that is full.
var ErrNoRoom = errors.New("disk full")

// minRoom is the free room, in bytes, below which nothing is written: no statement is
// let in, and the engine begins no merge. An insert must find what it carries besides.
// lowRoom is where the engine is taken to have run out of it while it wrote.
const (
	minRoom = 64 << 20
	lowRoom = minRoom / 2
)

// roomEvery is how often a running engine's room is looked at.
const roomEvery = 100 * time.Millisecond

// CheckRoom tells whether the filesystem of dir has the room that the engine needs to
// write. The error wraps [ErrNoRoom] where it has not.
func CheckRoom(dir string) error {
	free, err := FreeRoom(dir)
	if err != nil {
		return err
	}
	if free < minRoom {
		return fmt.Errorf("%w: %d MiB are free in %s, at least %d are needed: make room", ErrNoRoom, free>>20, dir, minRoom>>20)
	}
	return nil
}

// FreeRoom is what a user without privileges can still write on the filesystem of dir,
// in bytes.
func FreeRoom(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("free room of %s: %w", dir, err)
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// room keeps a full disk from losing what was acknowledged. The engine does not notice
// a write that fails for want of room: it goes on, and takes a part whose files are cut
// off for good. So nothing is written where room is short, and where it ran short under
// the engine's hands no write is acknowledged any more and the engine is opened anew,
// which puts such parts aside and returns to those that they were merged from.
type room struct {
	dir string
	// had says that there was enough since the engine was opened: it may be writing.
	had atomic.Bool
	// lost is closed when it ran short after that.
	lost chan struct{}
	once sync.Once
}

func newRoom(dir string) *room { return &room{dir: dir, lost: make(chan struct{})} }

// admit refuses a write for which there is no room.
func (r *room) admit(size int64) error {
	free, err := FreeRoom(r.dir)
	if err != nil {
		return refuse(codeUnknownException, "UNKNOWN_EXCEPTION", "%s", err)
	}
	if free < minRoom+size || r.isLost() {
		return r.refusal(free, size)
	}
	r.had.Store(true)
	return nil
}

// kept refuses to acknowledge a write during which room ran short.
func (r *room) kept() error {
	r.look()
	if r.isLost() {
		return r.refusal(0, 0)
	}
	return nil
}

// refusal says what to do. Its code is ClickHouse's for a full disk.
func (r *room) refusal(free, size int64) error {
	return refuse(codeNotEnoughSpace, "NOT_ENOUGH_SPACE",
		"the disk of %s is full: %d MiB are free, %d are needed. Nothing was stored; make room, and it is tried again",
		r.dir, free>>20, (minRoom+size)>>20)
}

// look finds out whether room ran short.
func (r *room) look() {
	free, err := FreeRoom(r.dir)
	switch {
	case err != nil:
	case free >= minRoom:
		r.had.Store(true)
	case free < lowRoom && r.had.Load():
		r.once.Do(func() { close(r.lost) })
	}
}

func (r *room) isLost() bool {
	select {
	case <-r.lost:
		return true
	default:
		return false
	}
}

// watch looks again and again until ctx ends or room ran short.
func (r *room) watch(ctx context.Context) {
	tick := time.NewTicker(roomEvery)
	defer tick.Stop()
	for !r.isLost() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.look()
		}
	}
}

// errRoomLost ends a server: it is to be started anew.
var errRoomLost = fmt.Errorf("%w: the engine is opened anew, without what it may have cut off", ErrNoRoom)
