package simulate

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

// picture is an image that carries a lure: areas, and rows of blocks where text
// would stand. It is drawn anew for each copy.
type picture struct {
	shapes []shape
	paper  color.RGBA
	fixed  bool // every copy is the same file
	png    bool
	seed   uint64
}

// shape is a rectangle in thousandths of the picture.
type shape struct {
	x, y, w, h int
	ink        color.RGBA
}

func newPicture(r *rng) picture {
	p := picture{paper: tone(r, 200, 255), fixed: r.chance(0.2), png: r.chance(0.15), seed: r.Uint64()}
	for range r.between(5, 10) { // areas
		p.shapes = append(p.shapes, shape{r.IntN(900) - 50, r.IntN(900) - 50, r.between(100, 500), r.between(60, 400), tone(r, 0, 255)})
	}
	y := r.between(50, 300)
	for range r.between(3, 8) { // lines of text
		ink, x := tone(r, 0, 120), r.between(40, 300)
		height := r.between(20, 50)
		for x < 900 && !r.chance(0.08) {
			w := r.between(15, 90)
			p.shapes = append(p.shapes, shape{x, y, w, height, ink})
			x += w + r.between(8, 20)
		}
		y += height + r.between(20, 60)
	}
	return p
}

func tone(r *rng, lo, hi int) color.RGBA {
	base := r.between(lo, hi)
	near := func() uint8 { return uint8(max(0, min(255, base+r.between(-40, 40)))) }
	return color.RGBA{near(), near(), near(), 255}
}

// render draws a copy: other size, brightness, crop, noise and compression.
func (p *picture) render(r *rng) (data []byte, kind string) {
	if p.fixed {
		r = newRNG(p.seed)
	}
	scale := 0.85 + 0.3*r.Float64()
	w, h := int(220*scale), int(150*scale)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	paint(img, img.Bounds(), p.paper)
	dx, dy := r.between(-12, 12), r.between(-12, 12) // what a crop moves
	for _, s := range p.shapes {
		x, y := (s.x+dx)*w/1000, (s.y+dy)*h/1000
		paint(img, image.Rect(x, y, x+s.w*w/1000, y+s.h*h/1000), s.ink)
	}
	degrade(r, img, r.between(-18, 18), r.between(0, 10))
	var b bytes.Buffer
	if p.png {
		_ = png.Encode(&b, img) // a buffer takes everything
		return b.Bytes(), "png"
	}
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: r.between(45, 90)})
	return b.Bytes(), "jpeg"
}

func paint(img *image.RGBA, area image.Rectangle, ink color.RGBA) {
	area = area.Intersect(img.Bounds())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := img.Pix[img.PixOffset(area.Min.X, y):img.PixOffset(area.Max.X, y)]
		for i := 0; i < len(row); i += 4 {
			row[i], row[i+1], row[i+2], row[i+3] = ink.R, ink.G, ink.B, 255
		}
	}
}

// degrade makes the picture lighter and adds noise.
func degrade(r *rng, img *image.RGBA, light, noise int) {
	for i := 0; i < len(img.Pix); i += 4 {
		d := light
		if noise > 0 {
			d += int(r.Uint32()>>8)%(2*noise+1) - noise
		}
		for c := range 3 {
			img.Pix[i+c] = uint8(max(0, min(255, int(img.Pix[i+c])+d)))
		}
	}
}
