package score

// table counts who meets whom: all that the figures of a message need.
type table struct {
	cluster, campaign classes
	joint             classes // of one cluster and one campaign
	kin               classes // of one cluster and one family
	jointKin          classes // of one cluster, one campaign and one family
	family            []int32 // of each item, -1 for none
	ham               []int   // by cluster: legitimate messages
	largest           []int   // by cluster: members of its largest campaign
}

// classes are a partition of the items.
type classes struct {
	of   []int32 // the class of each item, from 0
	size []int   // by class
}

func newTable(items []Item) *table {
	t := &table{
		cluster:  number(items, func(it *Item) string { return it.Got }),
		campaign: number(items, func(it *Item) string { return it.Truth }),
		family:   families(items),
	}
	t.joint = cross(t.cluster.of, t.campaign.of)
	t.kin = cross(t.cluster.of, t.family)
	t.jointKin = cross(t.joint.of, t.family)
	t.ham = make([]int, len(t.cluster.size))
	t.largest = make([]int, len(t.cluster.size))
	for i, c := range t.cluster.of {
		if items[i].Kind == Ham {
			t.ham[c]++
		}
		t.largest[c] = max(t.largest[c], t.joint.size[t.joint.of[i]])
	}
	return t
}

// cross is the partition by two partitions at once.
func cross(a, b []int32) classes {
	seen := make(map[uint64]int32, len(a)/4)
	c := classes{of: make([]int32, len(a))}
	for i := range a {
		pair := uint64(uint32(a[i]))<<32 | uint64(uint32(b[i]))
		id, ok := seen[pair]
		if !ok {
			id = int32(len(c.size))
			seen[pair] = id
			c.size = append(c.size, 0)
		}
		c.of[i] = id
		c.size[id]++
	}
	return c
}

// number is the partition by a name; an item without one is a class of its own.
func number(items []Item, name func(*Item) string) classes {
	seen := make(map[string]int32)
	c := classes{of: make([]int32, len(items))}
	for i := range items {
		s := name(&items[i])
		id, ok := seen[s]
		if none(s) || !ok {
			id = int32(len(c.size))
			c.size = append(c.size, 0)
			seen[s] = id
		}
		c.of[i] = id
		c.size[id]++
	}
	return c
}

// families numbers families from 0; -1 stands for none.
func families(items []Item) []int32 {
	seen := make(map[string]int32)
	of := make([]int32, len(items))
	for i := range items {
		s := items[i].Family
		if none(s) {
			of[i] = -1
			continue
		}
		id, ok := seen[s]
		if !ok {
			id = int32(len(seen))
			seen[s] = id
		}
		of[i] = id
	}
	return of
}

// meeting is what an item finds in its cluster and campaign, itself included.
type meeting struct {
	cluster  int // members of its cluster
	lenient  int // the same without other campaigns of its family
	campaign int // members of its campaign
	both     int // members of both its cluster and its campaign
}

func (t *table) meet(i int) meeting {
	m := meeting{
		cluster:  t.cluster.count(i),
		campaign: t.campaign.count(i),
		both:     t.joint.count(i),
	}
	m.lenient = m.cluster
	if t.family[i] >= 0 {
		m.lenient -= t.kin.count(i) - t.jointKin.count(i)
	}
	return m
}

// count is the size of the class of item i.
func (c *classes) count(i int) int { return c.size[c.of[i]] }
