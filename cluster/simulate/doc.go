// Package simulate generates labelled mail traffic: campaigns of abuse in the
// mutations that real ones show, abuse that stands alone, and legitimate mail
// that is easily mistaken for either.
//
// [Messages] gives whole messages (RFC 5322) with their labels, for quality:
// what an engine makes of them is compared with what they are. [Features] gives
// what extraction would have made of such traffic, without the mail, for scale:
// millions of reports in a minute.
//
// Both are streams in order of time. A stream is a function of its [Config]:
// the same seed gives the same bytes, with one release of Go on one architecture
// (pictures and archives are compressed, sizes are drawn in floating point). Memory
// grows with the number of campaigns (some 40 bytes each) and with those under way,
// not with the number of reports.
//
// # The mix
//
// Campaign sizes in mails are lognormal with the parameters that two published
// figures of real traffic ask for: 91 % of campaigns have fewer than 1,000 mails,
// and the tenth of them that is largest sends 76 % of all mail. That gives a
// median of 70 and a mean of 500. How long a campaign lives is lognormal as
// well, a median of 36 hours and 80 % under a week. People report only some of
// the mails that they get: [Config.Rate] thins campaigns. By default it is such
// that some 400 campaigns occur even in a short stream; from a third of a million
// reports on it is 1.
//
// A campaign is one lure (a theme's sentences with a choice fixed at each of
// their varying places), one markup, one or several sending kits, hosts and
// senders, and one primary [Class] of mutation by which its labels are kept
// apart; a second one may come on top. A fifth of the campaigns come from
// crews that use one kit, markup and infrastructure for several lures: these
// have a family.
//
// Everything is invented. Names under which something could be reached are of
// RFC 2606 and RFC 6761 (.example), addresses of RFC 5737, RFC 3849 and, since
// those are few, of the benchmarking range 198.18.0.0/15 (RFC 2544).
//
// The package does not cluster, does not write files and has no clock. It does
// not model the text of real mail beyond what tells campaigns apart: absolute
// figures measured on it are no forecast for real traffic, differences between
// two engines or two classes are what it is for.
package simulate
