package main

import "context"

// summary prints what was found, at the end of `shoal run --once`.
func (r *runner) summary(ctx context.Context) error {
	return r.listCampaigns(ctx, r.db, "table", 100)
}
