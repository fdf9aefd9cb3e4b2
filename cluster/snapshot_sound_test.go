package cluster

import (
	"errors"
	"testing"
)

// TestRestoreRefusesUnsound: a snapshot whose parts do not refer to each other as an
// engine's do is refused, its checksum notwithstanding.
func TestRestoreRefusesUnsound(t *testing.T) {
	for name, spoil := range map[string]func(e *Engine, g *group){
		"nothing":                        func(*Engine, *group) {},
		"an exemplar that is not there":  func(_ *Engine, g *group) { g.exemplars[0] = 1 << 20 },
		"an exemplar twice":              func(_ *Engine, g *group) { g.exemplars = append(g.exemplars, g.exemplars[0]) },
		"an exemplar that nobody has":    func(_ *Engine, g *group) { g.exemplars = g.exemplars[1:] },
		"an exemplar of another group":   func(e *Engine, g *group) { e.exemplars[g.exemplars[0]].cluster++ },
		"a free exemplar that is in use": func(e *Engine, g *group) { e.freeExemplars = append(e.freeExemplars, g.exemplars[0]) },
		"a free group that is in use":    func(e *Engine, g *group) { e.freeGroups = append(e.freeGroups, e.byID[g.id]) },
		"a free group that is not there": func(e *Engine, _ *group) { e.freeGroups = append(e.freeGroups, 1<<20) },
	} {
		e := NewEngine(testConfig())
		play(e, testLog(6, 2, 4, 5))
		var g *group
		for i := range e.groups {
			if e.groups[i].id != "" && len(e.groups[i].exemplars) > 0 {
				g = &e.groups[i]
			}
		}
		spoil(e, g)
		err := NewEngine(testConfig()).Restore(e.Snapshot())
		if name == "nothing" {
			if err != nil {
				t.Errorf("a sound snapshot: %v", err)
			}
		} else if !errors.Is(err, errSnapshot) {
			t.Errorf("%s: Restore = %v, want errSnapshot", name, err)
		}
	}
}
