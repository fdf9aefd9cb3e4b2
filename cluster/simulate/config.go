package simulate

import (
	"fmt"
	"time"
)

// Share says which part of the reports is what; the parts need not add up to 1.
type Share struct{ Campaign, Alone, Legitimate float64 }

// Config says what to generate. Equal values give equal streams.
type Config struct {
	// Reports is how many messages there are in all.
	Reports int
	Seed    uint64
	// Start is when the first campaigns begin; they go on to do so for Span.
	Start time.Time
	Span  time.Duration
	Share Share
	// Rate is the share of a campaign's mails that is reported; 0 chooses it so
	// that some 400 campaigns occur, at most 1.
	Rate float64
	// Mailboxes is how many people there are; 0 takes half of Reports.
	Mailboxes int
	// Classes are the mutations that occur; nil takes all.
	Classes []Class
	// Plain gives no campaign a second class.
	Plain bool
}

// Default is four weeks of traffic of which three fifths are campaigns.
func Default(reports int, seed uint64) Config {
	return Config{
		Reports: reports, Seed: seed,
		Start: time.Date(2020, 10, 1, 0, 0, 0, 0, time.UTC), Span: 28 * 24 * time.Hour,
		Share: Share{Campaign: 0.6, Alone: 0.2, Legitimate: 0.2},
	}
}

// Validate names the first setting that makes no sense.
func (c Config) Validate() error {
	sum := c.Share.Campaign + c.Share.Alone + c.Share.Legitimate
	switch {
	case c.Reports < 1:
		return fmt.Errorf("reports %d: want at least 1", c.Reports)
	case c.Span <= 0:
		return fmt.Errorf("span %v: want more than 0", c.Span)
	case c.Share.Campaign < 0 || c.Share.Alone < 0 || c.Share.Legitimate < 0 || !(sum > 0):
		return fmt.Errorf("shares %v: want none below 0 and a sum above", c.Share)
	case c.Rate < 0 || c.Rate > 1:
		return fmt.Errorf("rate %v: want 0 to 1", c.Rate)
	case c.Mailboxes < 0:
		return fmt.Errorf("mailboxes %d: want none below 0", c.Mailboxes)
	}
	for _, class := range c.Classes {
		if class >= numMutations {
			return fmt.Errorf("class %d is no mutation", class)
		}
	}
	return nil
}

// counts splits the reports by share.
func (c Config) counts() (campaign, alone, ham int) {
	sum := c.Share.Campaign + c.Share.Alone + c.Share.Legitimate
	campaign = int(float64(c.Reports) * c.Share.Campaign / sum)
	alone = int(float64(c.Reports) * c.Share.Alone / sum)
	if c.Share.Legitimate == 0 { // nothing is lost to rounding
		if c.Share.Alone > 0 {
			alone = c.Reports - campaign
		} else {
			campaign = c.Reports
		}
	}
	return campaign, alone, c.Reports - campaign - alone
}

// typicalCampaigns is how many campaigns a short stream has.
const typicalCampaigns = 400

func (c Config) rate() float64 {
	if c.Rate > 0 {
		return c.Rate
	}
	n, _, _ := c.counts()
	return min(1, float64(n)/(meanMails*typicalCampaigns))
}

func (c Config) mailboxes() int {
	if c.Mailboxes > 0 {
		return c.Mailboxes
	}
	return max(100, c.Reports/2)
}

func (c Config) classes() []Class {
	if len(c.Classes) > 0 {
		return c.Classes
	}
	return Mutations()
}
