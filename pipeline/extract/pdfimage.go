package extract

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

// pdfPicture is the largest picture of a PDF: a lure is often one picture of a
// page, in a document that is built anew for each copy.
type pdfPicture struct {
	dict, raw     []byte
	width, height int
}

func (p *pdf) picture() (best pdfPicture) {
	for _, id := range p.order {
		o := p.objects[id]
		if !bytes.Contains(o.dict, []byte("/Image")) || o.raw == nil {
			continue
		}
		w, h := intAfter(o.dict, "/Width"), intAfter(o.dict, "/Height")
		if w >= 100 && h >= 60 && w <= maxPixels/h && w*h > best.width*best.height {
			best = pdfPicture{o.dict, o.raw, w, h}
		}
	}
	return best
}

// tokens name the picture by its measures, and by its length too. They hold in
// encrypted documents.
func (p *pdfPicture) tokens() []string {
	if p.raw == nil {
		return nil
	}
	size := fmt.Sprintf("pdf-%dx%d", p.width, p.height)
	return []string{size, fmt.Sprintf("%s-%d", size, intAfter(p.dict, "/Length"))}
}

// coded says how a picture's bytes are to be read.
type coded uint8

const (
	codedOther coded = iota // not decoded here
	codedJPEG
	codedGrey // 8 bits a pixel, deflated
	codedRGB
)

func (p *pdfPicture) coded() coded {
	switch {
	case p.raw == nil:
		return codedOther
	case bytes.Contains(p.dict, []byte("/DCTDecode")):
		return codedJPEG
	case !bytes.Contains(p.dict, []byte("FlateDecode")) || bytes.Contains(p.dict, []byte("/Predictor")) || intAfter(p.dict, "/BitsPerComponent") != 8:
		return codedOther
	case bytes.Contains(p.dict, []byte("RGB")):
		return codedRGB
	}
	return codedGrey
}

// sum names the picture in the memory of looks: two of one sum look the same.
func (p *pdfPicture) sum() (sum [32]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "pdf %d %d %d\n", p.coded(), p.width, p.height)
	h.Write(p.raw)
	h.Sum(sum[:0])
	return sum
}

// image decodes JPEG and plain 8-bit pixels, nil for others.
func (p *pdfPicture) image() image.Image {
	switch p.coded() {
	case codedJPEG:
		return p.jpeg()
	case codedGrey:
		return p.pixels(1)
	case codedRGB:
		return p.pixels(3)
	}
	return nil
}

func (p *pdfPicture) jpeg() image.Image {
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(p.raw))
	if err != nil || cfg.Width*cfg.Height > p.width*p.height || tooManyScans(p.raw) {
		return nil // more than was counted
	}
	img, err := jpeg.Decode(bytes.NewReader(p.raw))
	if err != nil {
		return nil
	}
	return img
}

func (p *pdfPicture) pixels(channels int) image.Image {
	pix := make([]byte, min(p.width*p.height*channels, 3*maxPixels))
	if err := inflateInto(pix, p.raw); err != nil {
		return nil
	}
	return &rawImage{pix: pix, width: p.width, height: p.height, channels: channels}
}

// rawImage is rows of 8-bit grey or RGB.
type rawImage struct {
	pix                     []byte
	width, height, channels int
}

func (r *rawImage) ColorModel() color.Model { return color.RGBAModel }
func (r *rawImage) Bounds() image.Rectangle { return image.Rect(0, 0, r.width, r.height) }

// grey is the brightness of a pixel inside the picture, 0 to 255.
func (r *rawImage) grey(x, y int) uint32 {
	p := r.pix[(y*r.width+x)*r.channels:]
	if r.channels == 1 {
		return overWhite(uint32(p[0]), uint32(p[0]), uint32(p[0]), 255)
	}
	return overWhite(uint32(p[0]), uint32(p[1]), uint32(p[2]), 255)
}

func (r *rawImage) At(x, y int) color.Color {
	i := (y*r.width + x) * r.channels
	if x < 0 || y < 0 || x >= r.width || i+r.channels > len(r.pix) {
		return color.RGBA{}
	}
	if r.channels == 1 {
		return color.RGBA{r.pix[i], r.pix[i], r.pix[i], 255}
	}
	return color.RGBA{r.pix[i], r.pix[i+1], r.pix[i+2], 255}
}
