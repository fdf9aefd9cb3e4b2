// Package extract turns a report and its parsed message into what the engine
// compares ([cluster.Features]) and what the store keeps ([record.Row]).
//
// Visible text is what a person would have seen: HTML without hidden text,
// wrappers (forwarding headers, quotes, list footers, gateway banners) taken
// off, look-alike letters folded, the recipient masked. It is hashed into
// bottom-k samples of word shingles (Broder 1997). Beside it stand exact values:
// shapes of subjects and links, phone numbers, wallets, rare words, identities
// and infrastructure.
//
// Extraction keeps no state between messages, but for pictures that it need not
// decode again, and does no I/O. It judges
// nothing: what agreement is worth is the engine's business. Everything that a
// message can make large is bounded (see bounds.go), and each cut leaves a
// defect in the row. Recipient and reporter leave this package as pseudonyms
// only.
package extract
