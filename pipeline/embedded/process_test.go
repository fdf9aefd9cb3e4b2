package embedded_test

import (
	"testing"

	"shoal/pipeline/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }
