package main

import (
	"fmt"
	"os"
)

// fresh tells when files have changed. A link that leads to another file now, as
// Kubernetes mounts a secret, is a change too.
type fresh struct {
	paths []string
	seen  []os.FileInfo
}

func newFresh(paths ...string) *fresh {
	return &fresh{paths: paths, seen: make([]os.FileInfo, len(paths))}
}

// changed says whether a file is another than at the last call; the first call
// says yes. A file that cannot be looked at is an error, told once.
func (f *fresh) changed() (bool, error) {
	changed := false
	for i, path := range f.paths {
		now, err := os.Stat(path)
		if err != nil {
			gone := f.seen[i] != nil
			f.seen[i] = nil
			if gone {
				return false, fmt.Errorf("look at file: %w", err)
			}
			continue
		}
		before := f.seen[i]
		if before == nil || !os.SameFile(before, now) || !before.ModTime().Equal(now.ModTime()) || before.Size() != now.Size() {
			changed = true
		}
		f.seen[i] = now
	}
	return changed, nil
}
