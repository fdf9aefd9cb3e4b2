// Package score measures a clustering against labels.
//
// The figures are B-cubed precision and recall (Bagga and Baldwin, "Entity-based
// cross-document coreferencing using the vector space model", 1998), which are
// means over messages: of a message's cluster, the share that belongs to its
// campaign; of its campaign, the share that is in its cluster. Beside them
// stand the same over pairs of messages, purity, and how often legitimate mail
// was clustered.
//
// Strict figures count every message of another campaign as wrong. Lenient
// ones leave pairs out that are of one family (one kit, another lure), where
// people disagree whether it is one campaign or two; pairs within a campaign
// always count. Recall is the same in both.
//
// # Classes of difficulty
//
// What makes a campaign hard to gather decides which keys can help, so figures
// are given for each class apart, and a campaign may be of several. Simulated
// traffic says what it is. For other labelled mail [Classify] derives it from the
// features of the campaign's messages alone; "most" is more than half of them.
//
//	spintax          two texts resemble by less than 0.3 (word 3-shingles), on average
//	reworded         by 0.3 to 0.7
//	padded           half of most texts occurs under other labels too: stolen padding,
//	                 or a template that serves several lures
//	image-only       most have hardly any text (under 10 shingles) beside a picture
//	attachment-only  most have hardly any text beside a file that is no picture
//	attachment       most have such a file and a text
//	short            most have under 50 shingles, some 300 bytes, and no file
//	no-url           most have no link
//	abused           most come from one domain that signed them (DKIM): a service or
//	                 provider that somebody uses, so that the sender says nothing
//	wrapped          they came on several ways: no one forward or reply prefix, list
//	                 tag, gateway's tag or List-Id, nor the lack of all, is that of 0.9
//	plain            a campaign of none of these
//	alone            abuse that belongs with no other
//	legitimate       no abuse
//
// # How it counts
//
// A message whose label or whose answer is [Alone] is a campaign or a cluster
// of its own. All figures are sums over messages, so [By] can break them down
// without cutting the clusters apart, and cost grows with the number of
// messages only, not with the size of clusters. [Diff] compares two clusterings
// with each other, labels or not.
//
// The package opens no files: it reads labels and answers from readers. It
// does not decide what is good enough.
package score
