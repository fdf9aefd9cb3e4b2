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
// in cur and new is visited. Links are followed to files only, and not out of
// the folder where root sees to that.
func walkFolder(root fs.FS, visit walkFunc) error {
	w := folder{root: root, visit: visit, maildirs: map[string]bool{}}
	return fs.WalkDir(root, ".", w.entry)
}

type folder struct {
	root     fs.FS
	visit    walkFunc
	maildirs map[string]bool // folders looked at, and whether they are one
}

func (w *folder) entry(name string, d fs.DirEntry, err error) error {
	dir := path.Dir(name)
	switch {
	case err != nil:
		if err := w.visit(name, false, err); err != nil || d == nil || !d.IsDir() {
			return err
		}
		return fs.SkipDir
	case d.IsDir():
		return w.enter(name)
	case strings.HasPrefix(d.Name(), "."), w.isMaildir(dir): // beside cur and new stand indexes, no messages
		return nil
	}
	base := path.Base(dir)
	single := isEML(name) || (base == "cur" || base == "new") && w.isMaildir(path.Dir(dir))
	return w.file(name, d, single)
}

// enter says whether a folder is searched.
func (w *folder) enter(name string) error {
	base := path.Base(name)
	switch {
	case name == ".":
		return nil
	case base == "tmp" && w.isMaildir(path.Dir(name)),
		strings.HasPrefix(base, ".") && !w.isMaildir(name):
		return fs.SkipDir
	}
	return nil
}

func (w *folder) isMaildir(dir string) bool {
	is, seen := w.maildirs[dir]
	if !seen {
		is = isDir(w.root, path.Join(dir, "cur")) && isDir(w.root, path.Join(dir, "new"))
		w.maildirs[dir] = is
	}
	return is
}

func isDir(root fs.FS, name string) bool {
	info, err := fs.Stat(root, name)
	return err == nil && info.IsDir()
}

// errIrregular is the cause for what is neither a file nor a folder.
var errIrregular = errors.New("no regular file")

func (w *folder) file(name string, d fs.DirEntry, single bool) error {
	if d.Type().IsRegular() {
		return w.visit(name, single, nil)
	}
	info, err := fs.Stat(w.root, name) // follows a link, not out of the folder
	switch {
	case err != nil:
		return w.visit(name, single, err)
	case info.IsDir():
		return nil
	case !info.Mode().IsRegular():
		return w.visit(name, single, errIrregular)
	}
	return w.visit(name, single, nil)
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
		known := file{name: full, single: single}
		if info, err := f.Stat(); err == nil {
			known.size = info.Size()
		}
		return r.readFile(ctx, f, known, y)
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
