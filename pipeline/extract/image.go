package extract

import (
	"bytes"
	"image"
	_ "image/gif"  // decoders by magic number
	_ "image/jpeg" //
	_ "image/png"  //

	"github.com/corona10/goimagehash"
	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

// look is the perceptual hash of a picture, 0 where there is none to be had: not
// decodable, too large, too small, or one colour.
func (w *work) look(data []byte, sum [32]byte) uint64 {
	if p, ok := w.x.looks.get(sum); ok {
		if !w.takePixels(p.width, p.height) {
			w.defect(defectImage)
			return 0
		}
		return p.look
	}
	return w.safely(func() uint64 {
		p, ok := w.decode(data)
		if !ok {
			w.defect(defectImage)
			return 0
		}
		w.x.looks.put(sum, p)
		return p.look
	})
}

// pictureLook is the look of a PDF's picture, whose pixels are already counted.
func (w *work) pictureLook(p *pdfPicture) uint64 {
	sum := p.sum()
	if seen, ok := w.x.looks.get(sum); ok {
		return seen.look
	}
	return w.safely(func() uint64 {
		look := lookOf(p.image())
		w.x.looks.put(sum, seenPicture{look, p.width, p.height})
		return look
	})
}

func (w *work) decode(data []byte) (p seenPicture, ok bool) {
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || !w.takePixels(cfg.Width, cfg.Height) {
		return p, false
	}
	p.width, p.height = cfg.Width, cfg.Height
	if cfg.Width < minLook || cfg.Height < minLook {
		return p, true
	}
	if kind == "jpeg" && tooManyScans(data) {
		return p, false
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return p, false
	}
	p.look = lookOf(img)
	return p, true
}

// tooManyScans reports a progressive JPEG (ITU-T T.81) made to hang: each scan
// may touch every pixel and need not be longer than a few bytes. Encoders make
// about ten.
func tooManyScans(jpeg []byte) bool {
	return bytes.Count(jpeg, []byte{0xFF, 0xDA}) > maxScans
}

// takePixels takes a picture's size off what one message may have decoded.
func (w *work) takePixels(width, height int) bool {
	if width <= 0 || height <= 0 || width > w.pixels/height {
		return false
	}
	w.pixels -= width * height
	return true
}

// safely runs a decoder: they read what attackers wrote, and a panic costs one
// picture.
func (w *work) safely(decode func() uint64) (hash uint64) {
	defer func() {
		if recover() != nil {
			hash = 0
			w.defect(defectImage)
		}
	}()
	return decode()
}

// lookOf hashes a picture; img may be nil.
func lookOf(img image.Image) uint64 {
	if img == nil || img.Bounds().Dx() < minLook || img.Bounds().Dy() < minLook {
		return 0
	}
	small, blank := shrink(img)
	if blank {
		return 0
	}
	h, err := goimagehash.PerceptionHash(small)
	if err != nil {
		return 0
	}
	return h.GetHash()
}
