package kafka

// Standing says whether the member has joined its group, and how many partitions it
// was given. A member that has joined and has none stands by.
func (m *member) Standing() (joined bool, partitions int) {
	g := m.current()
	if g == nil || g.over() {
		return false, 0
	}
	return true, len(g.begin)
}
