package extract

import (
	"slices"
	"strings"
)

// Least amounts of words that must stay for a wrapper to be taken off.
const (
	keepWords  = 8  // after quotes, footers and banners are gone
	replyWords = 15 // before a quoted original: then that is the message, not the original
)

// unwrap takes off what forwarding people, mailing lists and gateways put around
// a message; hints are those of the lines. Where too little would stay, the
// original does.
func unwrap(lines []string, hints hint) []string {
	lines = forwarded(lines)
	if q := unquoted(lines); len(q) == len(lines) {
		lines = q // quoted whole: the marks are gone
	} else {
		lines = unless(lines, q)
	}
	lines = withoutQuotation(lines)
	if hints&hintOutside != 0 {
		lines = unless(lines, withoutBanner(lines))
	}
	lines = unless(lines, withoutSignature(lines))
	lines = unless(lines, withoutFooter(lines))
	lines = unless(lines, withoutSignature(lines)) // a list's footer stood below it
	if hints&hintLegal != 0 {
		lines = unless(lines, withoutDisclaimer(lines))
	}
	return lines
}

// unless gives the shorter text if enough of it is left.
func unless(original, shorter []string) []string {
	if len(shorter) == len(original) || countWords(shorter, keepWords) < keepWords && countWords(original, keepWords+1) > 0 {
		return original
	}
	return shorter
}

// countWords counts up to about limit words.
func countWords(lines []string, limit int) (n int) {
	for _, l := range lines {
		n += len(strings.Fields(strings.TrimLeft(l, "> ")))
		if n >= limit {
			return n
		}
	}
	return n
}

// forwarded finds the header of a forwarded or quoted original and decides
// which side of it is the message.
func forwarded(lines []string) []string {
	for depth := 0; depth < 4; depth++ {
		from, to := forwardHeader(lines)
		if to == 0 {
			return lines
		}
		before, after := lines[:from], lines[to:]
		if countWords(before, replyWords) >= replyWords {
			return before
		}
		if countWords(after, 3) < 3 {
			return lines
		}
		lines = after
	}
	return lines
}

// forwardHeader finds the first forwarding header: its lines are from to to
// (not included); to is 0 without one.
func forwardHeader(lines []string) (from, to int) {
	for i, l := range lines {
		l = withoutMarks(l)
		if forwardMark(l) {
			return i, i + 1 + headerBlock(lines[i+1:])
		}
		if headerLabel(l) == labelFrom {
			if n := headerBlock(lines[i:]); n >= 3 {
				return i, i + n
			}
		}
	}
	return 0, 0
}

// withoutMarks drops the marks of quotes and lists that a line begins with.
func withoutMarks(l string) string {
	for l != "" && (l[0] == '>' || l[0] == ' ' || l[0] == '*') {
		l = l[1:]
	}
	return l
}

// forwardMark: "-----Original Message-----" and its sisters.
func forwardMark(l string) bool {
	if len(l) > 120 || len(l) < 12 {
		return false
	}
	if !strings.HasPrefix(l, "--") && !strings.HasPrefix(l, "__") && !strings.HasPrefix(l, "==") && !strings.HasSuffix(l, ":") {
		return false
	}
	low := strings.ToLower(strings.Trim(l, "-_ >:*="))
	for _, m := range forwardMarks {
		if strings.HasPrefix(low, m) {
			return true
		}
	}
	return false
}

var forwardMarks = []string{
	"original message", "forwarded message", "begin forwarded message", "forwarded by", "original appointment", "start of forwarded message",
	"mensagem original", "mensagem encaminhada", "início da mensagem reencaminhada", "mensaje original", "mensaje reenviado", "mensaje enviado",
	"message d'origine", "message original", "message transféré", "message transfere", "début du message réexpédié", "debut du message reexpedie",
	"ursprüngliche nachricht", "ursprungliche nachricht", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "originalnachricht",
	"messaggio originale", "messaggio inoltrato", "inizio messaggio inoltrato", "oorspronkelijk bericht", "doorgestuurd bericht", "begin doorgestuurd bericht",
	"orijinal mesaj", "iletilen mesaj", "yönlendirilen mesaj", "wiadomość oryginalna", "wiadomosc oryginalna", "ursprungligt meddelande", "vidarebefordrat meddelande",
	"opprinnelig melding", "videresendt melding", "oprindelig meddelelse", "videresendt besked", "alkuperäinen viesti", "eredeti üzenet", "původní zpráva",
	"пересылаемое сообщение", "исходное сообщение", "пересланное сообщение", "转发邮件信息", "原始邮件", "转发的邮件", "転送メッセージ", "元のメッセージ", "원본 메시지",
}

// headerBlock is the number of lines at the beginning that are header fields of
// a quoted message: labels, their folded values, blank lines between.
func headerBlock(lines []string) int {
	n, labels := 0, 0
	for i, l := range lines {
		l = withoutMarks(l)
		switch {
		case headerLabel(l) != labelNone:
			labels++
			n = i + 1
		case strings.TrimSpace(l) == "" && i-n < 2:
		case labels > 0 && i == n && len(l) < 80 && (strings.Contains(l, "@") || strings.HasPrefix(lines[i], "\t")):
			n = i + 1 // a folded address list
		default:
			return blockEnd(n, labels)
		}
		if i > 24 {
			break
		}
	}
	return blockEnd(n, labels)
}

func blockEnd(n, labels int) int {
	if labels < 2 {
		return 0
	}
	return n
}

type label uint8

const (
	labelNone label = iota
	labelFrom
	labelOther
)

// headerLabel tells a line that begins as a header field of a forwarded message,
// in the words that mail programs use.
func headerLabel(l string) label {
	i := strings.IndexByte(l[:min(len(l), 25)], ':')
	if i < 2 {
		return labelNone
	}
	return headerLabels[strings.ToLower(strings.Trim(l[:i], "* "))]
}

var headerLabels = buildLabels(
	"from de von da van od от från fra mittente expéditeur expediteur remitente kimden lähettäjä feladó 发件人 差出人 寄件者",
	"sent|to|subject|date|cc|bcc|reply-to|sender|enviado|enviado em|enviada em|enviada|enviado el|para|assunto|asunto|data|fecha|envoyé|envoye|à|objet|"+
		"gesendet|an|betreff|datum|inviato|a|oggetto|verzonden|aan|onderwerp|кому|тема|дата|отправлено|skickat|till|ämne|sendt|til|emne|gönderme|kime|konu|"+
		"wysłano|do|temat|发送时间|收件人|主题|送信日時|宛先|件名|importance|attachments|message-id|responder a|répondre à|antwort an")

func buildLabels(from, other string) map[string]label {
	m := make(map[string]label)
	for w := range strings.SplitSeq(other, "|") {
		m[w] = labelOther
	}
	for w := range strings.FieldsSeq(from) {
		m[w] = labelFrom
	}
	for w, l := range m { // folding took accents off
		m[string(fold(nil, w))] = l
	}
	return m
}

// unquoted drops quoted lines and the line that introduces them; a text that is
// quoted whole loses the marks only.
func unquoted(lines []string) []string {
	quoted := func(l string) bool { return l[0] == '>' }
	if !slices.ContainsFunc(lines, quoted) {
		return lines
	}
	plain := 0
	for _, l := range lines {
		if !quoted(l) {
			plain += len(strings.Fields(l))
		}
	}
	out := make([]string, 0, len(lines))
	for i, l := range lines {
		switch {
		case plain < keepWords:
			out = append(out, strings.TrimLeft(l, "> "))
		case quoted(l), i+1 < len(lines) && quoted(lines[i+1]) && introduces(l):
		default:
			out = append(out, l)
		}
	}
	return out
}

// introduces: "On ... wrote:".
func introduces(l string) bool {
	return len(l) < 160 && strings.HasSuffix(strings.TrimSpace(l), ":")
}
