package intake

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// walkFunc is called for each file that may hold mail, with its path inside the
// folder, or with the error that kept it from being looked at.
type walkFunc func(name string, single bool, err error) error

// walkFolder visits the files of a folder in sorted order. Hidden files are
// passed over, and hidden folders that are no Maildir; of a Maildir only what is
// in cur and new is visited. Links are followed to files only.
func walkFolder(root fs.FS, visit walkFunc) error {
	return fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			if err := visit(name, false, err); err != nil {
				return err
			}
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return enter(root, name)
		case strings.HasPrefix(d.Name(), "."):
			return nil
		}
		dir := path.Dir(name)
		if isMaildir(root, dir) {
			return nil // indexes and the like, no messages
		}
		inMaildir := (path.Base(dir) == "cur" || path.Base(dir) == "new") && isMaildir(root, path.Dir(dir))
		return visitFile(root, name, d, inMaildir || isEML(name), visit)
	})
}

// enter says whether a folder is searched.
func enter(root fs.FS, name string) error {
	base := path.Base(name)
	switch {
	case name == ".":
		return nil
	case base == "tmp" && isMaildir(root, path.Dir(name)):
		return fs.SkipDir
	case strings.HasPrefix(base, ".") && !isMaildir(root, name):
		return fs.SkipDir
	}
	return nil
}

func isMaildir(root fs.FS, dir string) bool {
	for _, sub := range []string{"cur", "new"} {
		if info, err := fs.Stat(root, path.Join(dir, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// errIrregular is the cause for what is neither a file nor a folder.
var errIrregular = errors.New("no regular file")

func visitFile(root fs.FS, name string, d fs.DirEntry, single bool, visit walkFunc) error {
	if d.Type().IsRegular() {
		return visit(name, single, nil)
	}
	info, err := fs.Stat(root, name) // follows a link, not out of the folder
	switch {
	case err != nil:
		return visit(name, single, err)
	case info.IsDir():
		return nil
	case !info.Mode().IsRegular():
		return visit(name, single, errIrregular)
	}
	return visit(name, single, nil)
}

// readFolder yields the messages of all files of a folder.
func (r *Reader) readFolder(ctx context.Context, dir string, y func(Item) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return y(skip(dir, ReasonUnreadable, "", cause(err)))
	}
	defer root.Close()
	return walkFolder(root.FS(), func(name string, single bool, err error) error {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err != nil {
			return y(skip(full, ReasonUnreadable, "", cause(err)))
		}
		f, err := root.Open(name)
		if err != nil {
			return y(skip(full, ReasonUnreadable, "", cause(err)))
		}
		defer f.Close()
		return r.readFile(ctx, f, file{name: full, single: single}, y)
	})
}

// Size is the number of bytes that [Reader.Read] will read for the paths, to
// scale a progress bar by. It is false where that cannot be known, as for
// standard input.
func Size(paths ...string) (int64, bool) {
	var total int64
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case p == Stdin || err == nil && !info.Mode().IsRegular() && !info.IsDir():
			return 0, false
		case err != nil:
		case info.IsDir():
			total += folderSize(p)
		default:
			total += info.Size()
		}
	}
	return total, true
}

func folderSize(dir string) int64 {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0
	}
	defer root.Close()
	var total int64
	_ = walkFolder(root.FS(), func(name string, _ bool, err error) error {
		if err != nil {
			return nil
		}
		if info, err := root.Stat(name); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}
