package extract

import "sync"

// maxLooks is how many pictures' hashes an extractor remembers.
const maxLooks = 4096

// seenPicture is what decoding a picture led to.
type seenPicture struct {
	look          uint64
	width, height int
}

// lookCache remembers pictures by their SHA-256: a campaign sends one picture
// thousands of times, and decoding is the dearest thing that a message can ask
// for. It changes no result, since a picture's measures are remembered with it
// and count against a message's bound as if it were decoded.
type lookCache struct {
	mu    sync.Mutex
	seen  map[[32]byte]seenPicture
	order [][32]byte // ring of the keys, oldest at next once full
	next  int
}

func (c *lookCache) get(sum [32]byte) (seenPicture, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.seen[sum]
	return p, ok
}

func (c *lookCache) put(sum [32]byte, p seenPicture) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.seen[sum]; ok {
		return
	}
	if c.seen == nil {
		c.seen = make(map[[32]byte]seenPicture)
	}
	if len(c.order) < maxLooks {
		c.order = append(c.order, sum)
	} else {
		delete(c.seen, c.order[c.next])
		c.order[c.next] = sum
		c.next = (c.next + 1) % maxLooks
	}
	c.seen[sum] = p
}
