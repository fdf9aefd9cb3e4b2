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
// A message whose label or whose answer is [Alone] is a campaign or a cluster
// of its own. All figures are sums over messages, so [By] can break them down
// without cutting the clusters apart, and cost grows with the number of
// messages only, not with the size of clusters.
//
// The package opens no files: it reads labels and answers from readers. It
// does not decide what is good enough.
package score
