package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// person is a recipient. Names and streets are invented; states and counties
// are real, cities and postal codes are not.
type person struct {
	first, last          string
	street, city, postal string
	county, region       string
	// list is the party's list that the person is on, "none" for neither.
	list    string
	mailbox provider
	address string
}

func (p person) name() string { return p.first + " " + p.last }

// home is the postal address as one writes it on a letter.
func (p person) home() string {
	return fmt.Sprintf("%s\n%s, %s %s", p.street, p.city, p.region, p.postal)
}

// Lists of the two invented parties.
const (
	listHeron   = "heron"
	listKestrel = "kestrel"
	listNone    = "none"
)

var firstNames = strings.Fields(`Ada Albin Alma Amos Berta Carmen Cecil Clara Dalia Dario Edda Elias Elma Enid
	Ezra Fabio Fenna Flora Gideon Greta Hanno Hedda Ida Ilse Imre Inez Iris Jarle Jonna Juno Kaia Kasper
	Lena Leif Linus Lotte Mabel Marit Milo Mira Nadia Nils Noor Olga Orla Otis Petra Pia Quentin Rhea
	Runa Sander Selma Silas Tilda Tobias Ulla Vera Wanda Wim Xenia Yara Yngve Zelda`)

var lastNames = strings.Fields(`Abendroth Alderwick Ashgrove Barrowby Bellhaven Birkmose Brackwater Calloway
	Cinderford Coppersmith Dunmarrow Eastlake Elmhurst Fairbarn Fennimore Galloway Garnet Grimsvold
	Hallworth Harrowgate Hollenbeck Ivarsen Jessamine Kettleby Larkspur Lindqvist Lockridge Marchbank
	Meadowcroft Merriweather Netherby Oakhollow Ostergard Pemberlake Quillfeather Ravensholm Rosenquist
	Saltmarsh Silverthorn Stonebridge Tamarind Thistlewood Umberland Vanterpool Wainscott Weatherbee
	Willowmere Winterbourne Yarrowdale Zimmerhof`)

var streets = []string{"Quillfeather Lane", "Tidewrack Road", "Old Lantern Street", "Marlpit Drive", "Heronfoot Way",
	"Saltbox Avenue", "Candleberry Court", "Driftmark Terrace", "Pelican Stairs", "Copperbell Road"}

// places are invented cities with their county, by state, the postal code
// without its last two digits: prefixes that no post office uses.
var places = map[string][]struct{ city, county, postal string }{
	"FL": {{"Marl Springs", "Alachua", "001"}, {"Port Larkin", "Brevard", "001"}, {"Coral Stairs", "Collier", "002"},
		{"Mangrove Hill", "Lee", "002"}, {"Saltbox Key", "Pinellas", "003"}, {"Lantern Beach", "Volusia", "003"}},
	"AK": {{"Tern Harbor", "Anchorage", "004"}, {"Spruce Ferry", "Juneau", "004"}},
	"AZ": {{"Ocotillo Wells End", "Maricopa", "004"}, {"Copper Bench", "Pima", "004"}},
	"PA": {{"Slate Crossing", "Allegheny", "003"}, {"Millrace", "Bucks", "003"}},
	"OH": {{"Buckeye Landing", "Franklin", "002"}},
	"TX": {{"Mesquite Rest", "Travis", "002"}},
	"CA": {{"Fogbank", "Alameda", "001"}},
	"NY": {{"Ferry Slip", "Erie", "001"}},
	"MI": {{"Cedar Lock", "Kent", "004"}},
	"WA": {{"Kelp Point", "King", "004"}},
}

// crowd makes people, no two with one address.
type crowd struct {
	r *rand.Rand
	// taken holds the addresses given out so far, by other crowds too.
	taken map[string]bool
}

func newCrowd(r *rand.Rand, taken map[string]bool) *crowd { return &crowd{r, taken} }

// next is a new person of a state and a list with a mailbox at p.
func (c *crowd) next(region, list string, p provider) person {
	place := pick(c.r, places[region]...)
	who := person{
		first: pick(c.r, firstNames...), last: pick(c.r, lastNames...),
		street: fmt.Sprintf("%d %s", 3+c.r.IntN(980), pick(c.r, streets...)),
		city:   place.city, county: place.county, postal: fmt.Sprintf("%s%02d", place.postal, c.r.IntN(100)),
		region: region, list: list, mailbox: p,
	}
	first, last := strings.ToLower(who.first), strings.ToLower(who.last)
	local := pick(c.r, first+"."+last, first[:1]+last, last+"."+first, first+fmt.Sprint(40+c.r.IntN(60)), first+"_"+last)
	for who.address = local + "@" + p.domain; c.taken[who.address]; {
		who.address = fmt.Sprintf("%s%d@%s", local, 2+c.r.IntN(98), p.domain)
	}
	c.taken[who.address] = true
	return who
}

// anyone is a person from anywhere.
func (c *crowd) anyone(p provider) person {
	region := pick(c.r, "FL", "AK", "AZ", "PA", "OH", "TX", "TX", "CA", "CA", "NY", "NY", "MI", "WA")
	return c.next(region, pick(c.r, listHeron, listKestrel, listNone), p)
}
