package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"shoal/cluster/score"
)

// readTruth reads the labels of a folder and what else is known of them.
func readTruth(dir string) ([]score.Item, error) {
	f, err := os.Open(filepath.Join(dir, "labels.tsv"))
	if err != nil {
		return nil, fmt.Errorf("%w: shoal eval wants a folder with messages/ and labels.tsv", err)
	}
	defer f.Close()
	items, err := score.ReadLabels(f)
	if err != nil {
		return nil, err
	}
	for name, read := range map[string]func([]score.Item, io.Reader) error{
		"meta.tsv": score.ReadMeta, "campaigns.tsv": score.ReadCampaigns,
	} {
		if err := readOptional(filepath.Join(dir, name), items, read); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func readOptional(path string, items []score.Item, read func([]score.Item, io.Reader) error) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return read(items, f)
}

// answer sets what the grouping says of each item.
func answer(items []score.Item, g *grouping) {
	got := map[string]string{}
	ids := g.campaigns()
	for i, name := range g.names {
		got[filepath.Base(name)] = ids[i]
	}
	for i := range items {
		items[i].Got = got[filepath.Base(items[i].Name)]
	}
}

// classify gives the items of a folder that says nothing of them their classes.
func classify(items []score.Item, log []localReport) {
	if slices.ContainsFunc(items, func(it score.Item) bool { return it.Classes != nil }) {
		return
	}
	at := map[string]localReport{}
	for _, r := range log {
		at[filepath.Base(r.name)] = r
	}
	mails := make([]score.Mail, len(items))
	for i := range items {
		r := at[filepath.Base(items[i].Name)]
		mails[i] = score.Mail{Features: r.features, Subject: r.subject}
	}
	score.Classify(items, mails)
}
