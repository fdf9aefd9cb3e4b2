package score

// Alone is the label or answer of a message that belongs with no other.
const Alone = "-"

// Item is one message: what it is and what was said of it.
type Item struct {
	// Name is its path or any other name.
	Name string
	// Truth is the campaign it belongs to, [Alone] or "" for none.
	Truth string
	// Family is the wider group of its campaign, "-" or "" for none.
	Family string
	// Corpus says where it comes from.
	Corpus string
	// Kind is campaign, single or ham; [Ham] has figures of its own.
	Kind string
	// Hard says that its campaign has members that barely resemble the others.
	Hard bool
	// Classes are the kinds of difficulty of its campaign: see [Classify].
	Classes []string
	// Context says that the item makes up clusters and campaigns as any other
	// does, and is not judged itself.
	Context bool
	// Got is the cluster it was put in, [Alone] for none, "" if there was no
	// answer, which counts as alone.
	Got string
}

// Ham is the kind of legitimate mail.
const Ham = "ham"

// none says whether a label, answer or family stands for nothing shared.
func none(s string) bool { return s == "" || s == Alone }
