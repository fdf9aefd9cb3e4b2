package extract

import (
	"image"
	"image/color"
)

// Side of the picture that is hashed, and how many pixels each way stand for one
// of its own. Sampling costs the same for every size; a resize that reads each
// pixel of a large picture costs as much as decoding it.
const (
	lookSide    = 64
	lookSamples = 4
)

// shrink makes a grey picture of lookSide pixels each way, what is transparent
// white, and reports whether it is of about one brightness all over.
func shrink(img image.Image) (small *image.Gray, blank bool) {
	small = image.NewGray(image.Rect(0, 0, lookSide, lookSide))
	b, grey := img.Bounds(), greyAt(img)
	low, high := uint32(255), uint32(0)
	xs, ys := samplePoints(b.Min.X, b.Dx()), samplePoints(b.Min.Y, b.Dy())
	for y := range lookSide {
		for x := range lookSide {
			var sum uint32
			for _, sy := range ys[y*lookSamples:][:lookSamples] {
				for _, sx := range xs[x*lookSamples:][:lookSamples] {
					sum += grey(sx, sy)
				}
			}
			v := sum / (lookSamples * lookSamples)
			low, high = min(low, v), max(high, v)
			small.Pix[y*small.Stride+x] = uint8(v)
		}
	}
	return small, high-low < 16
}

// samplePoints spreads points evenly over a side of a picture.
func samplePoints(from, length int) (at [lookSide * lookSamples]int) {
	for i := range at {
		at[i] = from + (2*i+1)*length/(2*len(at))
	}
	return at
}

// greyAt gives the fastest way to a picture's brightness, 0 to 255.
func greyAt(img image.Image) func(x, y int) uint32 {
	switch m := img.(type) {
	case *image.YCbCr:
		return func(x, y int) uint32 { return uint32(m.Y[m.YOffset(x, y)]) }
	case *image.Gray:
		return func(x, y int) uint32 { return uint32(m.Pix[m.PixOffset(x, y)]) }
	case *image.Paletted:
		var table [256]uint32
		for i, c := range m.Palette[:min(256, len(m.Palette))] {
			table[i] = grey(c)
		}
		return func(x, y int) uint32 { return table[m.Pix[m.PixOffset(x, y)]] }
	case *rawImage:
		return m.grey
	case *image.RGBA:
		return func(x, y int) uint32 {
			p := m.Pix[m.PixOffset(x, y):][:4]
			if p[3] < 255 {
				return grey(m.RGBAAt(x, y))
			}
			return overWhite(uint32(p[0]), uint32(p[1]), uint32(p[2]), 255)
		}
	case *image.NRGBA:
		return func(x, y int) uint32 {
			p := m.Pix[m.PixOffset(x, y):][:4]
			return overWhite(uint32(p[0]), uint32(p[1]), uint32(p[2]), uint32(p[3]))
		}
	}
	return func(x, y int) uint32 { return grey(img.At(x, y)) }
}

func grey(c color.Color) uint32 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return overWhite(uint32(n.R), uint32(n.G), uint32(n.B), uint32(n.A))
}

func overWhite(r, g, b, a uint32) uint32 {
	v := (299*r + 587*g + 114*b) / 1000
	return (v*a + 255*(255-a)) / 255
}
