package extract

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path"
	"strings"

	"shoal/cluster"
	"shoal/cluster/fuzzyhash"
	"shoal/pipeline/message"
	"shoal/pipeline/record"
)

// files reads the attachments and inline parts.
func (w *work) files(parts []message.Part) (files []cluster.File, rows []*record.Attachment) {
	images := 0
	if len(parts) > maxAttachments {
		parts = parts[:maxAttachments]
		w.defect(defectAttachments)
	}
	for i := range parts {
		p := &parts[i]
		if len(p.Data) == 0 {
			continue
		}
		sum := sha256.Sum256(p.Data)
		f := cluster.File{
			Kind: fileKind(p), Inline: p.Inline, Size: len(p.Data),
			Hash: binary.BigEndian.Uint64(sum[:8]),
			Name: w.who.mask.cleanLine(p.Name, cluster.MaxValueText),
		}
		if len(p.Data) >= minDigestFile {
			f.Digest = fuzzyhash.Sum(p.Data)
		}
		if f.Kind == cluster.FileImage && images < maxImages && len(files) < cluster.MaxFiles {
			images++
			f.Look = w.look(p.Data, sum)
		}
		if len(files) < cluster.MaxFiles {
			w.readPDF(p, &f)
			f.Text = w.fileText(p, f.Kind)
			files = append(files, f)
		}
		rows = append(rows, &record.Attachment{
			Name: w.who.mask.cleanLine(p.Name, maxFileName), Type: w.who.mask.clean(p.Type, maxLine),
			Size: uint64(len(p.Data)), Sha256: hex.EncodeToString(sum[:]), Ssdeep: f.Digest,
		})
	}
	return files, rows
}

// readPDF opens a PDF, for its text and its largest picture.
func (w *work) readPDF(p *message.Part, f *cluster.File) {
	w.pdf = nil
	if !bytes.HasPrefix(p.Data, []byte("%PDF")) {
		return
	}
	budget := w.mayInflate()
	w.pdf = readPDF(p.Data, budget)
	w.inflated(budget - w.pdf.budget)
	picture := w.pdf.picture()
	for _, t := range picture.tokens() {
		w.values.add(cluster.KeyToken, t)
	}
	if !w.pdf.encrypted && w.takePixels(picture.width, picture.height) {
		f.Look = w.pictureLook(&picture)
	}
}

// mayInflate is how many bytes the next attachment may inflate to.
func (w *work) mayInflate() int { return min(maxInflate, w.inflate) }

// inflated takes what an attachment inflated to off what the message may.
func (w *work) inflated(n int) {
	if w.inflate -= n; w.inflate <= 0 {
		w.defect(defectAttachments)
	}
}

// fileKind judges by the first bytes, then by type and name: what a file says of
// itself in a header is the sender's choice.
func fileKind(p *message.Part) cluster.FileKind {
	for _, m := range magics {
		if bytes.HasPrefix(p.Data, []byte(m.prefix)) {
			if m.kind == cluster.FileArchive && officeZip(p) {
				return cluster.FileDocument
			}
			return m.kind
		}
	}
	if len(p.Data) > 12 && string(p.Data[8:12]) == "WEBP" {
		return cluster.FileImage
	}
	ext := strings.ToLower(path.Ext(p.Name))
	if k, ok := extensions[ext]; ok {
		return k
	}
	switch {
	case strings.HasPrefix(p.Type, "image/"):
		return cluster.FileImage
	case p.Type == "text/calendar" || p.Type == "application/ics":
		return cluster.FileCalendar
	case strings.HasPrefix(p.Type, "text/"), strings.Contains(p.Type, "document"), strings.Contains(p.Type, "pdf"), p.Type == "message/rfc822":
		return cluster.FileDocument
	}
	return cluster.FileOther
}

func officeZip(p *message.Part) bool {
	return bytes.Contains(p.Data[:min(len(p.Data), 2048)], []byte("[Content_Types].xml")) || extensions[strings.ToLower(path.Ext(p.Name))] == cluster.FileDocument
}

var magics = []struct {
	prefix string
	kind   cluster.FileKind
}{
	{"\x89PNG", cluster.FileImage}, {"GIF8", cluster.FileImage}, {"\xff\xd8\xff", cluster.FileImage}, {"II*\x00", cluster.FileImage}, {"MM\x00*", cluster.FileImage},
	{"%PDF", cluster.FileDocument}, {"{\\rtf", cluster.FileDocument}, {"\xd0\xcf\x11\xe0", cluster.FileDocument},
	{"PK\x03\x04", cluster.FileArchive}, {"Rar!", cluster.FileArchive}, {"7z\xbc\xaf", cluster.FileArchive}, {"\x1f\x8b", cluster.FileArchive},
	{"MZ", cluster.FileProgram}, {"\x7fELF", cluster.FileProgram}, {"#!", cluster.FileProgram}, {"BEGIN:VCALENDAR", cluster.FileCalendar},
}

var extensions = map[string]cluster.FileKind{
	".png": cluster.FileImage, ".gif": cluster.FileImage, ".jpg": cluster.FileImage, ".jpeg": cluster.FileImage, ".bmp": cluster.FileImage, ".webp": cluster.FileImage, ".svg": cluster.FileImage,
	".pdf": cluster.FileDocument, ".doc": cluster.FileDocument, ".docx": cluster.FileDocument, ".xls": cluster.FileDocument, ".xlsx": cluster.FileDocument, ".ppt": cluster.FileDocument, ".pptx": cluster.FileDocument,
	".rtf": cluster.FileDocument, ".txt": cluster.FileDocument, ".htm": cluster.FileDocument, ".html": cluster.FileDocument, ".shtml": cluster.FileDocument, ".odt": cluster.FileDocument, ".csv": cluster.FileDocument, ".eml": cluster.FileDocument, ".xml": cluster.FileDocument,
	".zip": cluster.FileArchive, ".rar": cluster.FileArchive, ".7z": cluster.FileArchive, ".gz": cluster.FileArchive, ".iso": cluster.FileArchive, ".img": cluster.FileArchive, ".tar": cluster.FileArchive, ".cab": cluster.FileArchive, ".ace": cluster.FileArchive,
	".exe": cluster.FileProgram, ".scr": cluster.FileProgram, ".js": cluster.FileProgram, ".vbs": cluster.FileProgram, ".bat": cluster.FileProgram, ".cmd": cluster.FileProgram, ".jar": cluster.FileProgram, ".lnk": cluster.FileProgram, ".hta": cluster.FileProgram, ".ps1": cluster.FileProgram, ".msi": cluster.FileProgram, ".pif": cluster.FileProgram, ".com": cluster.FileProgram, ".wsf": cluster.FileProgram,
	".ics": cluster.FileCalendar,
}
