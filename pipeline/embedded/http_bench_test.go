package embedded_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"shoal/pipeline/embedded/embeddedtest"
)

// BenchmarkInsert inserts rows of the size that the store's have, in batches,
// through clickhouse-go: rows a second, and the engine's memory.
func BenchmarkInsert(b *testing.B) {
	for _, size := range []int{100, 1000, 10000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			e := embeddedtest.ClickHouse(b)
			conn := open(b, e)
			run(b, conn, `CREATE TABLE b (id FixedString(32), at DateTime64(3, 'UTC'), domain LowCardinality(String),
				subject String, attrs Map(LowCardinality(String), String), urls Array(String), digest String, size UInt64)
				ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY id`)
			at, serial := time.Date(2020, 10, 20, 0, 0, 0, 0, time.UTC), 0
			for b.Loop() {
				batch, err := conn.PrepareBatch(b.Context(), "INSERT INTO b")
				if err != nil {
					b.Fatal(err)
				}
				for range size {
					serial++
					err := batch.Append(fmt.Sprintf("%032d", serial), at.Add(time.Duration(serial)*time.Millisecond), "mailbox.example",
						"Vote for a change "+strconv.Itoa(serial), map[string]string{"region": "FL", "list": "voters"},
						[]string{"https://host.example/" + strconv.Itoa(serial)}, strings.Repeat("a8dZ", 16), uint64(serial))
					if err != nil {
						b.Fatal(err)
					}
				}
				if err := batch.Send(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(serial)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(residentMB(e.PID), "engine-MB")
		})
	}
}

// BenchmarkSelect is the time of a query that finds one row of a million, and of
// one that groups them all.
func BenchmarkSelect(b *testing.B) {
	e := embeddedtest.ClickHouse(b)
	conn := open(b, e)
	run(b, conn, "CREATE TABLE b (id UInt64, g LowCardinality(String), s String) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO b SELECT number, toString(number % 1000), hex(sipHash64(number)) FROM numbers(1000000)")
	for name, sql := range map[string]string{
		"one":   "SELECT 1",
		"point": "SELECT count() FROM b WHERE id = 777777",
		"group": "SELECT count() FROM (SELECT g, uniq(s) FROM b GROUP BY g)",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rows, err := conn.Query(b.Context(), sql)
				if err != nil {
					b.Fatal(err)
				}
				for rows.Next() {
				}
				if err := rows.Err(); err != nil {
					b.Fatal(err)
				}
				rows.Close()
			}
			b.ReportMetric(residentMB(e.PID), "engine-MB")
		})
	}
}

// residentMB is the memory of a process, files that it has mapped included, or 0
// where that cannot be read.
func residentMB(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb / 1024
}
