package embedded

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
)

// hello is what a client asks first.
type hello struct{ name, version, timezone string }

// helloQuery is the first query of clickhouse-go.
const helloQuery = "SELECT displayName(), version(), revision(), timezone()"

func (e *engine) hello() (hello, error) {
	c, err := e.connect()
	if err != nil {
		return hello{}, err
	}
	defer c.close()
	line, _, err := c.query("SELECT version(), timezone()", "TSV", nil)
	if err != nil {
		return hello{}, err
	}
	version, zone, ok := strings.Cut(strings.TrimSpace(string(line)), "\t")
	if !ok {
		return hello{}, fmt.Errorf("version %q", line)
	}
	name, err := os.Hostname()
	if err != nil {
		name = "shoal"
	}
	return hello{name: name, version: version, timezone: zone}, nil
}

// block answers helloQuery in Native at a protocol revision above zero, with
// which clickhouse-go asks it. The revision that it tells is 0: from then on the
// client reads plain Native blocks, which is what the library writes.
func (h hello) block() []byte {
	// Block info: field 1 (is_overflows) false, field 2 (bucket number) -1, end.
	b := []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 4, 1}
	b = appendColumn(b, "displayName()", "String", appendString(nil, h.name))
	b = appendColumn(b, "version()", "String", appendString(nil, h.version))
	b = appendColumn(b, "revision()", "UInt32", binary.LittleEndian.AppendUint32(nil, 0))
	return appendColumn(b, "timezone()", "String", appendString(nil, h.timezone))
}

// appendColumn appends a column with the default serialisation.
func appendColumn(b []byte, name, typ string, data []byte) []byte {
	b = appendString(appendString(b, name), typ)
	return append(append(b, 0), data...)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
