package extract

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
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

// image decodes JPEG and plain 8-bit pixels, nil for others.
func (p *pdfPicture) image() image.Image {
	if p.raw == nil {
		return nil
	}
	if bytes.Contains(p.dict, []byte("/DCTDecode")) {
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(p.raw))
		if err != nil || cfg.Width > maxPixels/max(1, cfg.Height) {
			return nil
		}
		img, err := jpeg.Decode(bytes.NewReader(p.raw))
		if err != nil {
			return nil
		}
		return img
	}
	if !bytes.Contains(p.dict, []byte("FlateDecode")) || bytes.Contains(p.dict, []byte("/Predictor")) || intAfter(p.dict, "/BitsPerComponent") != 8 {
		return nil
	}
	return p.pixels()
}

func (p *pdfPicture) pixels() image.Image {
	channels := 1
	if bytes.Contains(p.dict, []byte("RGB")) {
		channels = 3
	}
	z, err := zlib.NewReader(bytes.NewReader(p.raw))
	if err != nil {
		return nil
	}
	pix := make([]byte, min(p.width*p.height*channels, 3*maxPixels))
	if _, err := io.ReadFull(z, pix); err != nil {
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
