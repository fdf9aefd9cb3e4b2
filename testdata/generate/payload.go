package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// poster draws the advertisement of the image-only campaign, a little
// different each time: size, brightness and specks of noise.
func poster(r *rand.Rand) []byte {
	small := image.NewGray(image.Rect(0, 0, 106, 60))
	for y := range 60 {
		for x := range 106 {
			shade := uint8(70 + y) // a sky, and a sun in it
			if dx, dy := x-82, y-20; dx*dx+dy*dy < 196 {
				shade = 235
			}
			small.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	pen := font.Drawer{Dst: small, Src: image.White, Face: basicfont.Face7x13}
	for i, text := range []string{"GOLDFIN", "CASINO", "500 FREE"} {
		pen.Dot = fixed.P(5, 16+17*i)
		pen.DrawString(text)
	}
	width := 300 + r.IntN(40)
	large := image.NewGray(image.Rect(0, 0, width, width*60/106))
	draw.ApproxBiLinear.Scale(large, large.Bounds(), small, small.Bounds(), draw.Src, nil)
	lighter := r.IntN(24)
	for i, shade := range large.Pix {
		large.Pix[i] = uint8(min(255, int(shade)&^7+lighter)) // few shades pack well
	}
	for range 150 {
		large.Pix[r.IntN(len(large.Pix))] ^= uint8(8 + r.IntN(24))
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, large); err != nil {
		panic(err) // a bytes.Buffer takes everything, and the picture is not empty
	}
	return b.Bytes()
}

const chaff = `amber anchor apron basin bellows birch brisk canal cedar chalk cinder clover cobble copper crane dapple
	delta ember fallow fathom fennel ferry flint gable garnet glade hazel heather hinge inlet ivory jasper kelp kiln
	lantern larch linen lobby mallow maple marsh meadow mortar nettle nickel oaken orbit otter parcel pebble pewter
	plover quarry quill rafter raven ribbon russet saddle saffron sedge shingle slate sorrel spindle tallow teal
	thicket thimble timber trellis tundra umber velvet violet walnut wicker willow wren yarrow zephyr`

// casino mail is a picture, with chance words or none.
func casino(taken map[string]bool) []item {
	r := stream("casino")
	people := newCrowd(r, taken)
	words := strings.Fields(chaff)
	var items []item
	for i := range 20 {
		to := people.anyone(pick(r, inbox, mailbox, post, orchard))
		text := ""
		if i%3 != 0 {
			for range 6 + r.IntN(14) {
				text += pick(r, words...) + " "
			}
		}
		from := stranger(r)
		domain := strings.SplitN(from.helo, ".", 2)[1]
		envelope := token(r, 6) + "@" + domain
		picture := fmt.Sprintf(`<img src="cid:%s">`, "pic@"+domain)
		if i%2 == 0 {
			picture = fmt.Sprintf(`<a href="http://%s/wp-content/go.php?u=%s">%s</a>`, domain, token(r, 10), picture)
		}
		name := token(r, 8) + ".png"
		l := letter{
			kit: bulkKit, from: from, sender: fmt.Sprintf("%s <%s>", pick(r, firstNames...), envelope), envelope: envelope,
			subject: pick(r, words...) + " " + pick(r, words...), mixture: "related",
			parts: []part{
				markup("<html><body>" + picture + "<br>" + text + "</body></html>"),
				{header: fmt.Sprintf("Content-Type: image/png; name=%q\nContent-ID: <pic@%s>\nContent-Disposition: inline; filename=%q", name, domain, name),
					data: poster(r), binary: true},
			},
			auth: strangerAuth(r, domain, envelope),
		}
		items = append(items, item{"casino-image", "-", "campaign", false, to, l.send(r, to, moment(r, 19+i%3, 1, 21)), text})
	}
	return items
}

// invoices carry their text in an attachment that is made anew for each copy.
func invoices(taken map[string]bool) []item {
	r := stream("invoices")
	people := newCrowd(r, taken)
	var items []item
	for i := range 15 {
		to := people.anyone(pick(r, inbox, mailbox, mailbox, post))
		number := fmt.Sprintf("%s-%05d", strings.ToUpper(token(r, 2)), r.IntN(100000))
		total := 700 + r.IntN(4000)
		note := spin(r, "{Hi|Hello|Good day},\n\n{see the attached|please find the attached|attached is the} {invoice|bill|statement}{ as agreed|| for last month}.\n\n{Regards|Thanks|Best}\n") + pick(r, firstNames...)
		page := fmt.Sprintf(`<html><head><title>Invoice %s</title></head><body><h1>Invoice %s</h1><p>Bill to: %s, %s</p>
<table border="1"><tr><th>Item</th><th>Qty</th><th>Net</th></tr>
<tr><td>Harbour crane inspection, lifting gear and slings</td><td>%d</td><td>%d.00</td></tr>
<tr><td>Surveyor's attendance outside working hours</td><td>%d</td><td>%d.00</td></tr></table>
<p>The total of %d.00 falls due in seven days. Late settlement is subject to a surcharge under section 9 of our terms of carriage.
To see the stamped original sign in with your mail password: the document is protected by the shipping registry.</p>
<form action="http://%s/docs/verify.php" method="post"><input name="login" value="%s"><input type="password" name="pin"><input type="submit" value="Open document"></form>
<p>Quayside Surveyors and Riggers, berth 14</p></body></html>`,
			number, number, to.name(), to.address, 1+r.IntN(5), total/2, 1+r.IntN(3), total/3, total, stranger(r).helo, to.address)
		from := stranger(r)
		domain := strings.SplitN(from.helo, ".", 2)[1]
		envelope := "accounts" + token(r, 3) + "@" + domain
		name := fmt.Sprintf(pick(r, "Invoice_%s.html", "INV%s.htm", "statement-%s.html"), number)
		l := letter{
			kit: bulkKit, from: from, sender: fmt.Sprintf("%s %s <%s>", pick(r, firstNames...), pick(r, lastNames...), envelope), envelope: envelope,
			subject: spin(r, "{Invoice|Outstanding|Your statement|Payment due|Documents} ") + number, mixture: "mixed",
			parts: []part{plain(note), {header: fmt.Sprintf("Content-Type: text/html; name=%q\nContent-Disposition: attachment; filename=%q", name, name),
				data: []byte(page), binary: true}},
			auth: strangerAuth(r, domain, envelope),
		}
		items = append(items, item{"invoice-attachment", "-", "campaign", false, to, l.send(r, to, moment(r, 19+i%3, 6, 12)), note})
	}
	return items
}
