package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// keyBytes is the size of the key of pseudonyms.
const keyBytes = 32

// ensureKey reads the key of pseudonyms, and makes one where there is none.
func ensureKey(path string) ([]byte, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, keyBytes)
	rand.Read(key)
	if err := createSecret(path, key); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	return readKey(path) // perhaps another process was first
}

// readKey reads the key of pseudonyms. A key file that others can read, or that
// is cut, is refused.
func readKey(path string) ([]byte, error) {
	if err := checkPrivate("key file", path); err != nil {
		return nil, err
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if len(key) != keyBytes {
		return nil, fmt.Errorf("key file %s has %d bytes, want %d: put the right one back, since another key gives every recipient another pseudonym", path, len(key), keyBytes)
	}
	return key, nil
}

// checkPrivate refuses a file that others can read; what names it in the error.
func checkPrivate(what, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if mode := info.Mode().Perm(); !private(mode, owns(info)) {
		return fmt.Errorf("%s %s has mode %04o and can be read by others: chmod 600 it", what, path, mode)
	}
	return nil
}

// private tells whether only this account can read a file of that mode. One that
// another account owns, such as a secret of root's that Kubernetes mounts, may be
// readable for a group: it is how this account gets to read it.
func private(mode fs.FileMode, own bool) bool {
	if own {
		return mode&0o077 == 0
	}
	return mode&0o037 == 0
}

func owns(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(stat.Uid) == os.Geteuid()
}

// createSecret makes a file with mode 0600 that is there whole or not at all.
// The error wraps fs.ErrExist where there is one already.
func createSecret(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Link(tmp.Name(), path)
}
